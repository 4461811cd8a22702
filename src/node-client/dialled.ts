// TLS to endpoints that may have a way of their own: over what that way gives, else by their name. Who they have to be is the same by both.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { buildConnector } from 'undici';
import type { NodeEndpoint } from '../ports/node-access.ts';
import type { NodeDial } from '../ports/node-dial.ts';

const MIN_VERSION = 'TLSv1.2';

/** For pools: each of their connections dials. Aborting `signal` ends the dialling ones. */
export function connectorFor(
  endpoint: NodeEndpoint,
  { dial, url, timeoutMs }: { readonly dial: NodeDial | null; readonly url: URL; readonly timeoutMs: number },
  signal: AbortSignal,
): buildConnector.connector {
  const connect = buildConnector({ ca: endpoint.caPem, minVersion: MIN_VERSION, timeout: timeoutMs, allowH2: false });
  if (dial === null) return connect;
  const dialAndConnect = async (...[options, callback]: Parameters<buildConnector.connector>): Promise<void> => {
    try {
      const below = await dial(url, signal);
      below?.on('error', () => {}); // TLS above it passes it on
      // Any Duplex will do for TLS, which knows only the type of its usual one.
      connect(below === null ? options : { ...options, httpSocket: below as Socket }, callback);
    } catch (thrown) {
      callback(thrown instanceof Error ? thrown : new Error(String(thrown)), null);
    }
  };
  return (options, callback) => void dialAndConnect(options, callback);
}

/** TLS over `below`, which it destroys with itself; says who we expect, and refuses anybody else. */
export function secureOver(below: Duplex, endpoint: NodeEndpoint, hostname: string): Duplex {
  below.on('error', () => {}); // TLS above it passes it on
  return connectTls({
    socket: below,
    ca: endpoint.caPem,
    minVersion: MIN_VERSION,
    servername: hostname,
    host: hostname,
  });
}
