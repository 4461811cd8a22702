// TLS to endpoints that may have a way of their own: over what that way gives, else by their name. Who they have to be is the same by both.

import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { OperatorError } from '../lib/errors.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import type { NodeDial } from '../ports/node-dial.ts';

/** Whom to trust, and how. */
export const tlsOf = ({ caPem }: NodeEndpoint) => ({ ca: caPem, minVersion: 'TLSv1.2' }) as const;

/** For pools: each of their connections dials. Aborting `signal` ends the dialling ones. */
export function connectorFor(
  endpoint: NodeEndpoint,
  { dial, url, timeoutMs }: { readonly dial: NodeDial | null; readonly url: URL; readonly timeoutMs: number },
  signal: AbortSignal,
): buildConnector.connector {
  const connect = buildConnector({ ...tlsOf(endpoint), timeout: timeoutMs, allowH2: false });
  if (dial === null) return connect;
  const dialAndConnect = async (...[options, callback]: Parameters<buildConnector.connector>): Promise<void> => {
    try {
      const below = await dial(url, signal);
      if (below === null) connect(options, callback);
      else callback(null, await secureOver(below, { endpoint, hostname: url.hostname, timeoutMs }));
    } catch (thrown) {
      callback(thrown instanceof Error ? thrown : new Error(String(thrown)), null);
    }
  };
  return (options, callback) => void dialAndConnect(options, callback);
}

/**
 * TLS over `below`, once both sides know each other; the two end together. Rejects with the error of `below`, or of TLS for somebody who is
 * not whom we expect.
 */
export function secureOver(
  below: Duplex,
  expected: { readonly endpoint: NodeEndpoint; readonly hostname: string; readonly timeoutMs: number },
): Promise<TLSSocket> {
  const { endpoint, hostname: host, timeoutMs } = expected;
  return new Promise((resolve, reject) => {
    if (below.destroyed) return reject(below.errored ?? cut(host));
    const options = { ...tlsOf(endpoint), servername: host, host } as const;
    const socket = connectTls({ ...options, socket: below });
    const late = new OperatorError('timeout', `TLS with ${host} did not begin within ${timeoutMs} ms`);
    const timer = setTimeout(() => socket.destroy(late), timeoutMs);
    below.once('error', (error) => socket.destroy(error)); // TLS would only see an end
    socket.once('close', () => {
      clearTimeout(timer);
      below.destroy();
      reject(cut(host)); // after an error it has been rejected with that
    });
    socket.on('error', reject); // TLS over a stream that is no socket tells the same error twice
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

const cut = (host: string): OperatorError =>
  new OperatorError('unavailable', `the connection to ${host} ended before TLS began`);
