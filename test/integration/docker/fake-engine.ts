// A server on a unix socket that misbehaves on purpose: what no real engine does on demand.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FakeEngine {
  readonly socketPath: string;
  /** "GET /v1.41/info", in the order in which they arrived. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export const VERSION_ANSWER = { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' };

export const json =
  (body: unknown, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

/** `answers` by the end of the path. Answers `/version` like an engine unless `answers` says otherwise; the first that ends the path wins. */
export async function startFakeEngine(answers: Readonly<Record<string, Answer>>): Promise<FakeEngine> {
  const dir = await mkdtemp(join(tmpdir(), 'mcps-fake-engine-'));
  const socketPath = join(dir, 'docker.sock');
  const requests: string[] = [];
  const all: Readonly<Record<string, Answer>> = { '/version': json(VERSION_ANSWER), ...answers };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    requests.push(`${request.method} ${path}`);
    const found = Object.entries(all).find(([end]) => path.endsWith(end));
    (found?.[1] ?? json({ message: 'page not found' }, 404))(request, response);
  });
  server.listen(socketPath);
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    socketPath,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
