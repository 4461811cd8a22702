// Goals 10 and 25: the whole product as an agent meets it, in a process of its own: a tool call end to end, and a large file both ways.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { collectionPath, SESSIONS } from '../../../src/kube/api-paths.ts';
import { API_VERSION, SESSION_KIND } from '../../../src/model/names.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { listOf, recordOf } from '../../../src/kube/raw-object.ts';
import { createNodeClient } from '../../../src/node-client/node-client.ts';
import type { NodeSession } from '../../../src/ports/node-access.ts';
import { connectMcp, type McpTestClient } from '../../support/mcp-client.ts';
import { type BenchCluster, openBenchCluster } from '../kit/bench-cluster.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { SESSION_SPEC } from '../kit/desired-session.ts';
import { hasDockerCli } from '../kit/docker-cli.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave, timed } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { median, middleRatio } from '../kit/statistics.ts';
import { openObjectWatch } from '../kit/object-watch.ts';

const NAMESPACE = 'default';
const ROUNDS = { warmups: 5, pauseMs: 5 };
const FILE_BYTES = 1_073_741_824;
const CHUNK_BYTES = 262_144;
const MIB = 1_048_576;
const POLL_MS = 20;
const run = promisify(execFile);

export const agent: RowGroup = { name: 'agent', numbers: [10, 25], measure };

async function measure({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  await using cluster = await openBenchCluster({ socketPath, say }, signal);
  const caPem = await readFile(cluster.ready.mcpCaFile, 'utf8');
  const client = await connectMcp({ url: cluster.ready.mcpUrl, token: cluster.ready.mcpToken, caPem, era: 'modern' });
  try {
    const calls = (await hasDockerCli())
      ? await callRows({ cluster, client, socketPath, pairs }, signal)
      : (say('there is no docker command on PATH: row 10 is left out'), []);
    return [...calls, await fileRow(cluster, caPem, signal)];
  } finally {
    await client.close();
  }
}

async function callRows(
  at: {
    readonly cluster: BenchCluster;
    readonly client: McpTestClient;
    readonly socketPath: string;
    readonly pairs: number;
  },
  signal: AbortSignal,
): Promise<readonly BenchRow[]> {
  const { containerId } = await aSession(at.cluster, { name: 'echo', spec: {} }, signal);
  const cli = async (): Promise<void> => {
    const { stdout } = await run('docker', ['--host', `unix://${at.socketPath}`, 'exec', containerId, 'echo', 'ok']);
    check(stdout);
  };
  const tool = async (): Promise<void> => {
    const { structured } = await at.client.callTool('session_exec', { session: 'echo', argv: ['echo', 'ok'] });
    check(String(structured?.['stdout']));
  };
  const cases = { cli: () => timed(cli), cliAgain: () => timed(cli), tool: () => timed(tool) };
  const samples = await interleave(cases, { ...ROUNDS, rounds: at.pairs }, signal);
  const n = samples.cli.length;
  const aa = middleRatio(samples.cliAgain, samples.cli, median);
  const value = middleRatio(samples.tool, samples.cli, median);
  const note = `${median(samples.tool).toFixed(1)} / ${median(samples.cli).toFixed(1)} ms`;
  return [judgeAgainstItself('docker exec', aa, n), judge(GOALS.mcpEcho, { value, n, aa, note })];
}

function check(output: string): void {
  if (output !== 'ok\n') throw new OperatorError('internal', `echo said ${JSON.stringify(output)}`);
}

/** The largest resident set of the product while a file goes in and comes back, above what it was before. */
async function fileRow(cluster: BenchCluster, caPem: string, signal: AbortSignal): Promise<BenchRow> {
  const spec = { workspace: { sizeLimit: '1Gi' }, resources: { memory: '2Gi' } };
  const { uid } = await aSession(cluster, { name: 'file', spec }, signal);
  const access = createNodeClient({ token: async () => cluster.ready.mcpToken, userAgent: 'bench' });
  const endpoint = { url: new URL(cluster.ready.mcpUrl).origin, caPem };
  const session: NodeSession = { endpoint, namespace: NAMESPACE, name: 'file', uid, caller: null };
  try {
    const before = await residentMib(cluster.pid);
    const watched = watchPeak(cluster.pid);
    const how = { mode: null, ifSha256: null, makeParents: false, maxBytes: FILE_BYTES };
    const upMs = await timed(() => access.fileWrite(session, 'big', how, zeroes(), signal));
    let read = 0;
    const onChunk = (bytes: Uint8Array): void => void (read += bytes.byteLength);
    const range = { path: 'big', offset: 0, limit: null };
    const downMs = await timed(() => access.fileRead(session, range, { onStat: () => {}, onChunk }, signal));
    const peak = await watched.stop();
    if (read !== FILE_BYTES) throw new OperatorError('internal', `${read} bytes came back`);
    const rate = (ms: number): string => `${((FILE_BYTES / MIB / ms) * 1000).toFixed(0)} MiB/s`;
    const note = `${before.toFixed(0)} to ${peak.toFixed(0)} MiB; up ${rate(upMs)}, down ${rate(downMs)}`;
    return judge(GOALS.fileMemory, { value: Math.max(peak - before, 0), n: 1, aa: null, note });
  } finally {
    await access.close();
  }
}

async function* zeroes(): AsyncGenerator<Uint8Array> {
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

/** A session of the product that is Ready. */
async function aSession(
  cluster: BenchCluster,
  { name, spec }: { readonly name: string; readonly spec: object },
  signal: AbortSignal,
): Promise<{ readonly uid: string; readonly containerId: string }> {
  await using watch = await openObjectWatch(
    { client: cluster.client, namespace: NAMESPACE, resource: SESSIONS },
    signal,
  );
  let found = { uid: '', containerId: '' };
  const ready = watch.until(
    name,
    (object) => {
      const status = recordOf(object?.['status']);
      const conditions = listOf(status['conditions']).map(recordOf);
      const isReady = conditions.some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');
      const uid = String(recordOf(object?.['metadata'])['uid']);
      if (isReady) found = { uid, containerId: String(recordOf(status['container'])['id']) };
      return isReady;
    },
    signal,
  );
  const body = { apiVersion: API_VERSION, kind: SESSION_KIND, metadata: { name }, spec: { ...SESSION_SPEC, ...spec } };
  await cluster.client.request({ method: 'POST', path: collectionPath(SESSIONS, NAMESPACE), body }, signal);
  await ready;
  return found;
}
