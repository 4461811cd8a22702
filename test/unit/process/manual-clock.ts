// A clock that stands still until a test moves it.

import type { Clock } from '../../../src/ports/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on, waking sleepers in order; what they start runs before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** Moves time on without waking anybody, as for a process that was frozen. */
  jump(ms: number): void;
  readonly sleepers: number;
}

export function createManualClock(startMs = 1_000_000): ManualClock {
  let now = startMs;
  const timers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();

  const next = (untilMs: number) =>
    [...timers].filter((timer) => timer.dueMs <= untilMs).sort((left, right) => left.dueMs - right.dueMs)[0];

  return {
    nowMs: () => now,
    monotonicMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const timer = { dueMs: now + ms, wake: resolve };
        timers.add(timer);
        signal.addEventListener(
          'abort',
          () => {
            timers.delete(timer);
            reject(signal.reason);
          },
          { once: true },
        );
      }),
    async advance(ms) {
      const untilMs = now + ms;
      await settle();
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        timers.delete(timer);
        now = Math.max(now, timer.dueMs);
        timer.wake();
        await settle();
      }
      now = untilMs;
      await settle();
    },
    jump(ms) {
      now += ms;
    },
    get sleepers() {
      return timers.size;
    },
  };
}

/** Lets every promise that is ready run on, without any time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
