// Goal 25: how much the controller grows while a large file goes in and comes back through its node API. It runs in a process of its own,
// with the heap flags of the image; the client is the bench.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../../../src/lib/errors.ts';
import { createNodeClient } from '../../../src/node-client/node-client.ts';
import type { NodeEndpoint, NodeSession } from '../../../src/ports/node-access.ts';
import { HEAP_FLAGS } from '../kit/bench-cluster.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { timed } from '../kit/interleave.ts';
import { type BenchRow, judge } from '../kit/judge.ts';

const SERVER = join(import.meta.dirname, '../files/server.ts');
const CALLER = { username: 'bench', uid: '', groups: [], extra: {} };
const FILE_BYTES = 1_073_741_824;
const CHUNK_BYTES = 262_144;
const MIB = 1_048_576;
const POLL_MS = 20;

export const files: RowGroup = { name: 'files', numbers: [25], measure };

async function measure({ socketPath, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const server = fork(SERVER, [socketPath], { execArgv: HEAP_FLAGS, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const stop = (): void => server.disconnect();
  signal.addEventListener('abort', stop, { once: true });
  const access = createNodeClient({ token: async () => 'anybody', userAgent: 'bench' });
  try {
    return [await fileRow({ server, access }, await sessionOf(server), signal)];
  } finally {
    await access.close();
    signal.removeEventListener('abort', stop);
    const ended = once(server, 'exit');
    if (server.connected) server.send('end');
    await ended;
  }
}

async function sessionOf(server: ChildProcess): Promise<NodeSession> {
  const failed = once(server, 'exit').then(() => {
    throw new OperatorError('internal', 'the controller under test ended');
  });
  failed.catch(() => {}); // it ends some time
  const [said] = await Promise.race([once(server, 'message'), failed]);
  const { endpoint, meta } = said as { endpoint: NodeEndpoint; meta: { namespace: string; name: string; uid: string } }; // files/server.ts
  return { endpoint, namespace: meta.namespace, name: meta.name, uid: meta.uid, caller: CALLER };
}

async function fileRow(
  { server, access }: { readonly server: ChildProcess; readonly access: ReturnType<typeof createNodeClient> },
  session: NodeSession,
  signal: AbortSignal,
): Promise<BenchRow> {
  const pid = server.pid ?? 0;
  const before = await residentMib(pid);
  const watched = watchPeak(pid);
  const how = { mode: null, ifSha256: null, makeParents: false, maxBytes: FILE_BYTES };
  const upMs = await timed(() => access.fileWrite(session, 'big', how, content(), signal));
  let read = 0;
  const onChunk = (bytes: Uint8Array): void => void (read += bytes.byteLength);
  const range = { path: 'big', offset: 0, limit: null };
  const downMs = await timed(() => access.fileRead(session, range, { onStat: () => {}, onChunk }, signal));
  const peak = await watched.stop();
  if (read !== FILE_BYTES) throw new OperatorError('internal', `${read} bytes came back`);
  const rate = (ms: number): string => `${((FILE_BYTES / MIB / ms) * 1000).toFixed(0)} MiB/s`;
  const note = `${before.toFixed(0)} to ${peak.toFixed(0)} MiB; up ${rate(upMs)}, down ${rate(downMs)}`;
  return judge(GOALS.fileMemory, { value: Math.max(peak - before, 0), n: 1, aa: null, note });
}

async function* content(): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(CHUNK_BYTES, 'mcpsession');
  for (let sent = 0; sent < FILE_BYTES; sent += CHUNK_BYTES) yield chunk;
}

function watchPeak(pid: number): { stop(): Promise<number> } {
  let peak = 0;
  const look = async (): Promise<void> => {
    peak = Math.max(peak, await residentMib(pid));
  };
  const timer = setInterval(() => void look(), POLL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await look();
      return peak;
    },
  };
}

async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
