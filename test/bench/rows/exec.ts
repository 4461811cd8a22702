// Goal 8: one short command in one running session, through the controller's adapter (start, output to its end, exit code)
// and as the same three calls by the bare API. Beside it, as a report, the whole node API: TLS, authentication by a fake,
// authorisation by a fake, frames.

import type { Caller } from '../../../src/model/caller.ts';
import type { ContainerAccess } from '../../../src/ports/container-access.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { type BenchController, openBenchController } from '../kit/bench-controller.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave, timed } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { openBenchNodeApi } from '../kit/node-api.ts';
import { createRawEngine, type RawEngine } from '../kit/raw-engine.ts';
import { median, middleRatio } from '../kit/statistics.ts';

/** Fast, so that what is compared is the way there and back. */
const ARGV = ['echo', 'ok'];
const ROUNDS = { warmups: 5, pauseMs: 5 };
const TIMEOUT_MS = 30_000;
/** A person that the front end names; only the fakes below judge it. */
const CALLER: Caller = { username: 'bench', uid: '', groups: [], extra: {} };

export const exec: RowGroup = { name: 'commands', numbers: [8], measure };

async function measure({ socketPath, pairs, signal }: BenchContext): Promise<readonly BenchRow[]> {
  await using controller = await openBenchController({ socketPath }, signal);
  const target = await runningSession(controller, signal);
  await using nodeApi = await openBenchNodeApi(controller);
  const engine = createRawEngine(socketPath);
  try {
    const cases = {
      raw: () => timed(() => byRawApi(engine, target)),
      rawAgain: () => timed(() => byRawApi(engine, target)),
      access: () => timed(() => byAccess(controller.access, target, signal)),
      nodeApi: () => timed(() => nodeApi.run({ ...target, caller: CALLER, argv: ARGV }, signal)),
    };
    return rowsOf(await interleave(cases, { ...ROUNDS, rounds: pairs }, signal));
  } finally {
    engine.close();
  }
}

interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly containerId: string;
  readonly user: string;
}

async function runningSession(controller: BenchController, signal: AbortSignal): Promise<Target> {
  const { meta } = await controller.start();
  const found = await controller.controller.findTarget(meta, signal);
  if (found?.containerId == null) throw new OperatorError('internal', 'a session that is Ready has no container');
  const { namespace, name, uid } = meta;
  return { namespace, name, uid, containerId: found.containerId, user: found.user };
}

async function byRawApi(engine: RawEngine, { containerId, user }: Target): Promise<void> {
  const { exitCode, output } = await engine.exec(containerId, { argv: ARGV, user });
  check(exitCode, output.toString('utf8'));
}

async function byAccess(access: ContainerAccess, { containerId, user }: Target, signal: AbortSignal): Promise<void> {
  const command = { execId: 'bench', argv: ARGV, env: [], cwd: null, user, stdin: null, timeoutMs: TIMEOUT_MS };
  let output = '';
  const onOutput = (_stream: string, chunk: Uint8Array): void => void (output += Buffer.from(chunk).toString('utf8'));
  const { exitCode } = await access.run(containerId, command, onOutput, signal);
  check(exitCode, output);
}

function check(exitCode: number | null, output: string): void {
  if (exitCode === 0 && output.includes('ok')) return;
  throw new OperatorError('internal', `the command ended with ${exitCode} and said ${JSON.stringify(output)}`);
}

function rowsOf(
  samples: Readonly<Record<'raw' | 'rawAgain' | 'access' | 'nodeApi', readonly number[]>>,
): readonly BenchRow[] {
  const { raw, rawAgain, access, nodeApi } = samples;
  const n = raw.length;
  const aa = middleRatio(rawAgain, raw, median);
  const compared = (subject: readonly number[]) => ({
    value: middleRatio(subject, raw, median),
    n,
    aa,
    note: `${median(subject).toFixed(1)} / ${median(raw).toFixed(1)} ms`,
  });
  return [
    judgeAgainstItself('exec', aa, n),
    judge(GOALS.exec, compared(access)),
    judge(GOALS.execOverNodeApi, compared(nodeApi)),
  ];
}
