// The clock of one simulated process: its timers are steps of the world, and its wall clock can be wrong.

import type { Clock } from '../../../src/ports/clock.ts';
import type { Actor, Scheduler } from './scheduler.ts';

/** When every simulated world begins. */
export const WORLD_START_MS = Date.parse('2026-11-20T12:00:00Z');

/** Looks at the clock between two steps; more is a loop that waits for nothing. */
const MOST_LOOKS_PER_STEP = 20_000;

export interface Skewed extends Actor {
  /** What its wall clock is ahead of the world's. */
  skewMs: number;
  /** Looks at the clock since the last step of the world; the driver sets it back. */
  looks: number;
}

export function createSimClock(scheduler: Scheduler, actor: Skewed): Clock {
  return {
    nowMs: () => WORLD_START_MS + scheduler.nowMs + actor.skewMs,
    monotonicMs: () => {
      actor.looks += 1;
      if (actor.looks > MOST_LOOKS_PER_STEP)
        throw new Error(`${actor.name} runs in circles without waiting for anything`);
      return scheduler.nowMs;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (!actor.alive) return;
        if (signal.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          timer.cancel();
          reject(signal.reason);
        };
        const timer = scheduler.after(ms, actor, 'timer', () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        });
        signal.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
