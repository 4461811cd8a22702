// A Unix socket in front of the engine's that cuts attached connections at a chosen message of the session init's protocol.

import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MESSAGES, type MessageName } from '../../../src/docker/attach/messages.ts';
import { engineSocket } from '../../support/docker.ts';

export interface CuttingProxy {
  readonly socketPath: string;
  /** Attached connections so far. */
  readonly attached: () => number;
  /** Cuts once, at the next message of this name: before or after it has passed. */
  cutAt(name: MessageName, when: 'before' | 'after'): void;
  /** From now on nothing that is sent on an attached connection arrives; or everything does again. */
  deafen(isDeaf: boolean): void;
  /** Cuts all attached connections now. */
  cut(): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(): Promise<CuttingProxy> {
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-cut-'));
  const socketPath = join(dir, 'engine.sock');
  const open = new Set<Socket>();
  const attachments = new Set<Socket>();
  let attached = 0;
  let isDeaf = false;
  let plan: { readonly mark: Buffer; readonly when: 'before' | 'after' } | null = null;

  const server = createServer((client) => {
    const engine = connect(engineSocket());
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on('error', () => {}); // the other side is told by the close below
      socket.once('close', () => {
        for (const each of [client, engine]) {
          each.destroy();
          open.delete(each);
          attachments.delete(each);
        }
      });
    }
    const pass = (chunk: Buffer, to: Socket): void => {
      const isHit = plan !== null && attachments.has(client) && chunk.includes(plan.mark);
      if (!isHit) return void to.write(chunk);
      const { when } = plan ?? {};
      plan = null;
      if (when === 'before') return void client.destroy();
      to.write(chunk, () => client.destroy());
    };
    client.on('data', (chunk: Buffer) => {
      if (/^POST \S+\/attach\?/.test(chunk.toString('latin1', 0, 200))) {
        attachments.add(client);
        attached += 1;
      } else if (isDeaf && attachments.has(client)) return;
      pass(chunk, engine);
    });
    engine.on('data', (chunk: Buffer) => pass(chunk, client));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    attached: () => attached,
    cutAt: (name, when) => {
      plan = { mark: Buffer.from([0x4d, 0x43, 0x50, 0x31, MESSAGES[name].type, 0, 0, 0]), when };
    },
    deafen: (deaf) => {
      isDeaf = deaf;
    },
    cut: () => {
      for (const socket of attachments) socket.destroy();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
