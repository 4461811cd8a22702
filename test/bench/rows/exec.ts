// Goals 8 and 9: one short command in one running session, through the product and as the same three calls by the bare API. 8 goes by
// the engine's exec, in a session without the session init; 9 by the session init, through the node API: TLS, frames,
// authentication and authorisation by fakes. Beside it, as a report, the adapter alone.

import type { McpSession } from '../../../src/model/session.ts';
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
const KEEP_BYTES = 65_536;

export const exec: RowGroup = { name: 'commands', numbers: [8, 9], measure };

type Target = Awaited<ReturnType<BenchController['target']>>;

async function measure({ socketPath, pairs, signal }: BenchContext): Promise<readonly BenchRow[]> {
  await using controller = await openBenchController({ socketPath }, signal);
  const withInit: McpSession = await controller.start();
  const plain = await controller.target(await controller.start({ sessionInit: 'Disabled' }));
  const target = await controller.target(withInit);
  await using nodeApi = await openBenchNodeApi(controller);
  const engine = createRawEngine(socketPath);
  try {
    const cases = {
      raw: () => timed(() => byRawApi(engine, plain)),
      rawAgain: () => timed(() => byRawApi(engine, plain)),
      engineExec: () => timed(() => byAccess(controller.access, plain, signal)),
      init: () => timed(() => byAccess(controller.access, target, signal)),
      nodeApi: () => timed(() => nodeApi.run(withInit, { argv: ARGV }, signal)),
    };
    return rowsOf(await interleave(cases, { ...ROUNDS, rounds: pairs }, signal));
  } finally {
    engine.close();
  }
}

async function byRawApi(engine: RawEngine, { containerId, user }: Target): Promise<void> {
  const { exitCode, output } = await engine.exec(containerId, { argv: ARGV, user });
  check(exitCode, output.toString('utf8'));
}

let count = 0;

async function byAccess(access: ContainerAccess, { containerId, user }: Target, signal: AbortSignal): Promise<void> {
  count += 1;
  const input = { stdin: 'none', tty: null } as const;
  const limits = { timeoutMs: TIMEOUT_MS, keepBytes: KEEP_BYTES, lossless: false };
  const command = { execId: `bench-${count}`, argv: ARGV, env: [], cwd: null, user, ...input, ...limits };
  const running = await access.start(containerId, command, signal);
  let output = '';
  const onOutput = ({ bytes }: { readonly bytes: Uint8Array }): void => {
    output += Buffer.from(bytes).toString('utf8');
  };
  const { exitCode } = await running.follow({ stdout: 0, stderr: 0 }, onOutput, signal);
  await running.forget();
  check(exitCode, output);
}

function check(exitCode: number | null, output: string): void {
  if (exitCode === 0 && output.includes('ok')) return;
  throw new OperatorError('internal', `the command ended with ${exitCode} and said ${JSON.stringify(output)}`);
}

type Samples = Readonly<Record<'raw' | 'rawAgain' | 'engineExec' | 'init' | 'nodeApi', readonly number[]>>;

function rowsOf({ raw, rawAgain, engineExec, init, nodeApi }: Samples): readonly BenchRow[] {
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
    judge(GOALS.exec, compared(engineExec)),
    judge(GOALS.initExec, compared(nodeApi)),
    judge(GOALS.initExecAlone, compared(init)),
  ];
}
