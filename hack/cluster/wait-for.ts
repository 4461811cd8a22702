// Waits for a condition of the world outside, with a deadline.

import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../../src/lib/errors.ts';
import { pollPaceMs } from './poll-pace.ts';

export interface Wait {
  /** Ends the sentence "the cluster waited 60 s for ...". */
  readonly what: string;
  readonly withinMs: number;
  /** Asked again and again; a throw counts as not yet, and the last one is the cause of the fault. */
  readonly isTrue: () => Promise<boolean>;
}

/** Throws OperatorError('timeout') after withinMs. */
export async function waitFor({ what, withinMs, isTrue }: Wait): Promise<void> {
  const fromMs = performance.now();
  let last: unknown;
  for (;;) {
    try {
      if (await isTrue()) return;
    } catch (cause) {
      last = cause;
    }
    const waitedMs = performance.now() - fromMs;
    if (waitedMs > withinMs) {
      const why = last instanceof Error ? ` (${last.message})` : '';
      throw new OperatorError('timeout', `the cluster waited ${Math.round(withinMs / 1000)} s for ${what}${why}`, {
        cause: last,
      });
    }
    await sleep(pollPaceMs(waitedMs));
  }
}
