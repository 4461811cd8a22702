// A tunnel to a port of a pod through the API server (pods/portforward, by WebSocket). The credentials of the kubeconfig are shown to the API
// server and end there; what runs through the tunnel is between its ends. client-node has a PortForward of its own, which knows no
// backpressure, takes errors for output and closes this process's streams when the other side says so.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { OperatorError } from '../lib/errors.ts';
import { orAborted, withDeadline } from '../process/deadline.ts';
import { readBounded } from '../process/read-bounded.ts';
import { objectPath, PODS } from './api-paths.ts';
import type { Connection } from './connection.ts';
import { faultOfResponse, faultOfTransport } from './kube-errors.ts';
import { PORT_PROTOCOL, PortStream } from './port-stream.ts';

export interface PodPort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const HANDSHAKE_MS = 10_000;
const MAX_FAULT_BYTES = 64 * 1024;
/** The other side copies in pieces of 32 KiB. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** A peer that vanished without a word is noticed by the kernel. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Once the API server and the node agreed; whether anything listens there, the stream tells. Rejects with the API server's refusal as
 * OperatorError: `forbidden`, `not-found` for a pod that is gone. Aborting `signal` later does nothing.
 */
export async function openPodTunnel(connection: Connection, to: PodPort, signal: AbortSignal): Promise<Duplex> {
  const path = `${objectPath(PODS, to, 'portforward')}?ports=${to.port}`;
  const what = `GET ${path}`;
  const options = await orAborted(connection.prepareUpgrade(), signal); // a credential plugin may hang
  const connect = (limited: AbortSignal): Promise<Duplex> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${connection.url.replace(/^http/, 'ws')}${path}`, [PORT_PROTOCOL], {
        ...options,
        perMessageDeflate: false,
        followRedirects: false,
        maxPayload: MAX_MESSAGE_BYTES,
      });
      const onAbort = (): void => {
        reject(limited.reason);
        socket.terminate();
      };
      const settle = (): void => limited.removeEventListener('abort', onAbort);
      limited.addEventListener('abort', onAbort, { once: true });
      socket.once('upgrade', ({ socket: below }) => void below.setKeepAlive(true, KEEP_ALIVE_MS));
      socket.once('open', () => {
        settle();
        resolve(new PortStream(socket, `port ${to.port} of pod ${to.namespace}/${to.name}`));
      });
      socket.once('unexpected-response', (request, response) => {
        if (response.statusCode === 401) connection.forgetCredentials();
        refusalOf(response, what)
          .then(reject, reject)
          .finally(() => {
            settle();
            request.destroy();
          });
      });
      socket.on('error', (thrown) => {
        settle();
        reject(faultOfTransport(thrown, { url: connection.url, what }));
      });
      if (limited.aborted) onAbort();
    });
  return withDeadline({ ms: HANDSHAKE_MS, what: `${what} on ${connection.url}` }, connect, signal);
}

async function refusalOf(response: IncomingMessage, what: string): Promise<OperatorError> {
  const body = await readBounded(response as AsyncIterable<Buffer>, MAX_FAULT_BYTES);
  const { statusCode: status = 0, headers } = response;
  const bodyText = body.toString('utf8');
  return faultOfResponse({ status, retryAfter: headers['retry-after'] ?? '', bodyText, what });
}
