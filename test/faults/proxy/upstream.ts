// The other side of a proxy: the API server over TLS, or the engine over its socket.

import { Agent as PlainAgent, type IncomingMessage, request as plainRequest, type ServerResponse } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

export type UpstreamPlace =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number; readonly ca: string };

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export class Upstream {
  readonly place: UpstreamPlace;
  readonly #agent: PlainAgent;

  constructor(place: UpstreamPlace) {
    this.place = place;
    this.#agent =
      'ca' in place
        ? new TlsAgent({ keepAlive: true, ca: place.ca, maxSockets: 256 })
        : new PlainAgent({ keepAlive: true, maxSockets: 256 });
  }

  /** The answer as it comes. `body` null: a request without one. */
  open(request: IncomingMessage, path: string, body: Buffer | null): Promise<IncomingMessage> {
    const { place } = this;
    const {
      host: _host,
      connection: _connection,
      'transfer-encoding': _encoding,
      expect: _expect,
      ...headers
    } = request.headers;
    if (body !== null) headers['content-length'] = String(body.length);
    const options = { method: request.method, path, headers, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const sent =
        'socketPath' in place
          ? plainRequest({ ...options, socketPath: place.socketPath }, resolve)
          : tlsRequest({ ...options, host: place.host, port: place.port }, resolve);
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }

  /** The whole answer. */
  async send(request: IncomingMessage, body: Buffer): Promise<Reply> {
    const answer = await this.open(request, request.url ?? '/', body);
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: await bytesOf(answer) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

export async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function relay({ status, headers, body }: Reply, response: ServerResponse): void {
  const { 'content-length': _length, ...rest } = relayed(headers);
  response.writeHead(status, body.length === 0 ? rest : { ...rest, 'content-length': body.length });
  response.end(body);
}

/** Headers that belong to one connection stay there. */
export function relayed(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { connection: _connection, 'transfer-encoding': _encoding, 'keep-alive': _keep, ...rest } = headers;
  return rest;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** After this a program has read a relayed reply, and has begun with what it does next. */
export const RELAYED_MS = 3;
