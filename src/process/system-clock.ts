// Real time behind ports/clock. The only place in the programs that reads a clock or waits on one.

import type { Clock } from '../ports/clock.ts';

/** Longest delay setTimeout takes (2^31 - 1 ms, 24.8 days); it fires at once for anything longer. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    const untilMs = performance.now() + ms;
    for (;;) {
      const leftMs = untilMs - performance.now();
      await pause(Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS), signal);
      if (leftMs <= LONGEST_TIMER_MS) return;
    }
  },
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
