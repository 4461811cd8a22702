// Sends the first half of a request and breaks the connection: what a program does that dies in the middle of a write.

import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { UpstreamPlace } from './upstream.ts';

export interface WholeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Half of the body, or half of the head of a request without one. Resolves when the connection is broken. */
export function halfARequest(upstream: UpstreamPlace, { method, path, headers, body }: WholeRequest): Promise<void> {
  const lines = Object.entries({ ...headers, 'content-length': String(body.length) }).map(
    ([name, value]) => `${name}: ${String(value)}`,
  );
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  const bytes =
    body.length === 0
      ? head.slice(0, head.length / 2)
      : Buffer.concat([Buffer.from(head), body.subarray(0, body.length / 2)]);
  return new Promise((resolve) => {
    const onConnect = (): void => void socket.write(bytes, () => setTimeout(() => socket.destroy(), FLUSHED_MS));
    const socket =
      'socketPath' in upstream
        ? connect(upstream.socketPath, onConnect)
        : connectTls({ host: upstream.host, port: upstream.port, ca: upstream.ca }, onConnect);
    socket.on('error', () => {}); // the close below tells
    socket.once('close', () => resolve());
  });
}

const FLUSHED_MS = 5;
