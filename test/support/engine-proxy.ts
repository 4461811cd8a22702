// A Unix socket in front of the engine's that can act at one request: enough to stop the world between create and start.

import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineSocket } from './docker.ts';

export interface EngineProxy {
  readonly socketPath: string;
  close(): Promise<void>;
}

/** Forwards everything until `matches` says yes to a request line ("POST /v1.41/containers/x/start"), which is swallowed. */
export async function startEngineProxy(
  matches: (requestLine: string) => boolean,
  onMatch: (requestLine: string) => void,
): Promise<EngineProxy> {
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-proxy-'));
  const socketPath = join(dir, 'engine.sock');
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const engine = connect(engineSocket());
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on('error', () => {}); // the other side is told by the close below
      socket.once('close', () => {
        open.delete(socket);
        client.destroy();
        engine.destroy();
      });
    }
    let stopped = false;
    client.on('data', (chunk: Buffer) => {
      const requestLine = chunk.toString('latin1').split('\r\n', 1)[0] ?? '';
      if (stopped || matches(requestLine)) {
        stopped = true;
        return onMatch(requestLine);
      }
      engine.write(chunk);
    });
    engine.on('data', (chunk: Buffer) => void client.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
