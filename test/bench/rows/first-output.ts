// Goals 24 and 26: from a session that is shown to the controller to the output of its first command, through the node API; and how
// much of a flood of output leaves the node.

import { OperatorError } from '../../../src/lib/errors.ts';
import { type BenchController, openBenchController } from '../kit/bench-controller.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave, timed } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { type BenchNodeApi, openBenchNodeApi } from '../kit/node-api.ts';
import { openRawContainers, type RawContainers } from '../kit/raw-containers.ts';
import { median, middleRatio } from '../kit/statistics.ts';

const ARGV = ['echo', 'ok'];
const ROUNDS = { warmups: 3, pauseMs: 25 };
const FLOOD_BYTES = 50_000_000;
const FLOOD = ['sh', '-c', `yes | head -c ${FLOOD_BYTES}`];
const CAP_BYTES = 1_048_576;

export const firstOutput: RowGroup = { name: 'first output', numbers: [24, 26], measure };

async function measure({ socketPath, pairs, signal }: BenchContext): Promise<readonly BenchRow[]> {
  await using raw = await openRawContainers(socketPath, signal);
  await using controller = await openBenchController({ socketPath }, signal);
  await using nodeApi = await openBenchNodeApi(controller);
  const flood = await floodRow(controller, nodeApi, signal);
  const cases = {
    raw: () => rawLife(raw),
    rawAgain: () => rawLife(raw),
    product: () => life(controller, nodeApi, signal),
  };
  const samples = await interleave(cases, { ...ROUNDS, rounds: pairs }, signal);
  const n = samples.raw.length;
  const aa = middleRatio(samples.rawAgain, samples.raw, median);
  const note = `${median(samples.product).toFixed(1)} / ${median(samples.raw).toFixed(1)} ms`;
  const value = middleRatio(samples.product, samples.raw, median);
  return [judgeAgainstItself('first output', aa, n), judge(GOALS.firstOutput, { value, n, aa, note }), flood];
}

async function rawLife(raw: RawContainers): Promise<number> {
  const { user } = raw.hardened();
  let id = '';
  const ms = await timed(async () => {
    id = await raw.startHardened();
    await raw.engine.exec(id, { argv: ARGV, user });
  });
  await raw.engine.remove(id);
  return ms;
}

async function life(controller: BenchController, nodeApi: BenchNodeApi, signal: AbortSignal): Promise<number> {
  const startedMs = performance.now();
  const session = await controller.start();
  await nodeApi.run(session, { argv: ARGV }, signal);
  const ms = performance.now() - startedMs;
  await controller.end(session);
  return ms;
}

async function floodRow(controller: BenchController, nodeApi: BenchNodeApi, signal: AbortSignal): Promise<BenchRow> {
  const session = await controller.start();
  const outcome = { receivedBytes: 0, writtenBytes: 0 };
  const ms = await timed(async () => {
    Object.assign(outcome, await nodeApi.run(session, { argv: FLOOD, maxOutputBytes: CAP_BYTES }, signal));
  });
  await controller.end(session);
  const { receivedBytes, writtenBytes } = outcome;
  if (writtenBytes !== FLOOD_BYTES) throw new OperatorError('internal', `the flood was told as ${writtenBytes} bytes`);
  const note = `${receivedBytes} of ${writtenBytes} bytes in ${ms.toFixed(0)} ms, cap ${CAP_BYTES}`;
  return judge(GOALS.outputOverCap, { value: receivedBytes / CAP_BYTES, n: 1, aa: null, note });
}
