// The second half of goal 13: many sessions are ended at once, by the controller with its own queue and by a bare loop with
// as many removals in flight. What is compared is the rate.

import { type BenchController, openBenchController } from '../kit/bench-controller.ts';
import type { BenchContext, RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { interleave, timed } from '../kit/interleave.ts';
import { type BenchRow, judge, judgeAgainstItself } from '../kit/judge.ts';
import { openRawContainers, type RawContainers } from '../kit/raw-containers.ts';
import { median, middleRatio } from '../kit/statistics.ts';

/** Ended together in one round. */
const SESSIONS = 10;
const ROUNDS = { warmups: 1, pauseMs: 200 };
/** Each block needs a few rounds of its own. */
const FEWEST_ROUNDS = 3;

export const teardown: RowGroup = { name: 'teardown rate', numbers: [13], measure };

async function measure({ socketPath, pairs, signal }: BenchContext): Promise<readonly BenchRow[]> {
  await using raw = await openRawContainers(socketPath, signal);
  await using controller = await openBenchController({ socketPath }, signal);
  const inFlight = controller.concurrency;
  const rounds = { ...ROUNDS, rounds: Math.max(Math.round((1.5 * pairs) / SESSIONS), FEWEST_ROUNDS) };
  const cases = {
    raw: () => rateOfBareLoop(raw, inFlight),
    rawAgain: () => rateOfBareLoop(raw, inFlight),
    controller: () => rateOfController(controller),
  };
  const rates = await interleave(cases, rounds, signal);
  const n = rounds.rounds * SESSIONS;
  const aa = middleRatio(rates.rawAgain, rates.raw, median);
  const note = `${median(rates.controller).toFixed(1)} / ${median(rates.raw).toFixed(1)} per s, ${inFlight} in flight`;
  return [
    judgeAgainstItself('teardown', aa, n),
    judge(GOALS.teardown, { value: middleRatio(rates.controller, rates.raw, median), n, aa, note }),
  ];
}

async function rateOfController(controller: BenchController): Promise<number> {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => controller.start()));
  return perSecond(await timed(() => Promise.all(sessions.map((session) => controller.end(session)))));
}

async function rateOfBareLoop(raw: RawContainers, inFlight: number): Promise<number> {
  const ids: string[] = [];
  await loop({ times: SESSIONS, inFlight }, async () => void ids.push(await raw.startHardened()));
  return perSecond(
    await timed(() => loop({ times: SESSIONS, inFlight }, (index) => raw.engine.remove(ids[index] ?? ''))),
  );
}

const perSecond = (ms: number): number => (SESSIONS * 1000) / ms;

/** Runs `act` so many times, `inFlight` of them at a time. Settles only when nothing runs any more, so that nothing is made after the end. */
async function loop(
  { times, inFlight }: { readonly times: number; readonly inFlight: number },
  act: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < times; index = next++) await act(index);
  };
  const workers = await Promise.allSettled(Array.from({ length: inFlight }, worker));
  for (const outcome of workers) if (outcome.status === 'rejected') throw outcome.reason;
}
