// How many commands a caller may start, and how many run at a time in this process. On a person's machine there is no limit but
// the ones of the front end behind it.

import { err, ok, type Result } from '../lib/result.ts';
import type { Caller } from '../model/caller.ts';
import type { Clock } from '../ports/clock.ts';
import type { FrontendLimits } from './limits.ts';
import { TokenBuckets } from './token-buckets.ts';

export interface ExecBudget {
  /** A function that ends the command's claim, or the seconds after which a retry makes sense. */
  take(caller: Caller): Result<() => void, number>;
}

export const unlimitedExecs: ExecBudget = { take: () => ok(() => {}) };

export function createExecBudget(
  limits: Pick<FrontendLimits, 'execsPerMinute' | 'allExecsPerMinute' | 'concurrentExecs' | 'trackedCallers'>,
  clock: Clock,
): ExecBudget {
  const bucket = (perMinute: number, maxKeys: number) => new TokenBuckets({ perMinute, burst: perMinute, maxKeys });
  const perCaller = bucket(limits.execsPerMinute, limits.trackedCallers);
  const all = bucket(limits.allExecsPerMinute, 1);
  let running = 0;
  return {
    take(caller) {
      if (running >= limits.concurrentExecs) return err(1);
      const nowMs = clock.monotonicMs();
      const own = perCaller.take(subjectKey(caller), nowMs);
      if (!own.ok) return own;
      const shared = all.take('', nowMs);
      if (!shared.ok) return shared;
      running += 1;
      let held = true;
      return ok(() => {
        if (held) running -= 1;
        held = false;
      });
    },
  };
}

/** Identity of a caller in limits and in protocol sessions: never a header, never an address. */
export const subjectKey = (caller: Caller): string => JSON.stringify([caller.username, caller.uid]);
