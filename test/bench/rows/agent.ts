// Goal 10: the whole product as an agent meets it, in a process of its own: a tool call, end to end.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { collectionPath, SESSIONS } from '../../../src/kube/api-paths.ts';
import { API_VERSION, SESSION_KIND } from '../../../src/model/names.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { listOf, recordOf } from '../../../src/kube/raw-object.ts';
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
/** Slow enough for the front end's limit of commands per minute. */
const ROUNDS = { warmups: 5, pauseMs: 350 };
const run = promisify(execFile);

export const agent: RowGroup = { name: 'agent', numbers: [10], measure };

async function measure({ socketPath, pairs, signal, say }: BenchContext): Promise<readonly BenchRow[]> {
  if (!(await hasDockerCli())) {
    say('there is no docker command on PATH: row 10 is left out');
    return [];
  }
  await using cluster = await openBenchCluster({ socketPath, say }, signal);
  const caPem = await readFile(cluster.ready.mcpCaFile, 'utf8');
  const client = await connectMcp({ url: cluster.ready.mcpUrl, token: cluster.ready.mcpToken, caPem, era: 'modern' });
  try {
    return await callRows({ cluster, client, socketPath, pairs }, signal);
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
  const containerId = await aSession(at.cluster, 'echo', signal);
  const cli = async (): Promise<void> => {
    const { stdout } = await run('docker', ['--host', `unix://${at.socketPath}`, 'exec', containerId, 'echo', 'ok']);
    check(stdout);
  };
  const tool = async (): Promise<void> => {
    const { structured, text } = await at.client.callTool('session_exec', { session: 'echo', argv: ['echo', 'ok'] });
    const said = structured?.['stdout'];
    check(typeof said === 'string' ? said : text);
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

/** The container of a new session, once it is Ready. */
async function aSession(cluster: BenchCluster, name: string, signal: AbortSignal): Promise<string> {
  await using watch = await openObjectWatch(
    { client: cluster.client, namespace: NAMESPACE, resource: SESSIONS },
    signal,
  );
  let containerId = '';
  const ready = watch.until(
    name,
    (object) => {
      const status = recordOf(object?.['status']);
      const conditions = listOf(status['conditions']).map(recordOf);
      containerId = String(recordOf(status['container'])['id']);
      return conditions.some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');
    },
    signal,
  );
  const body = { apiVersion: API_VERSION, kind: SESSION_KIND, metadata: { name }, spec: SESSION_SPEC };
  await cluster.client.request({ method: 'POST', path: collectionPath(SESSIONS, NAMESPACE), body }, signal);
  await ready;
  return containerId;
}
