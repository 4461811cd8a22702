// Waits for a condition of the world outside, with a deadline.

import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../../src/lib/errors.ts';

const POLL_MS = 50;

export interface Wait {
  /** Ends the sentence "the cluster waited 60 s for ...". */
  readonly what: string;
  readonly withinMs: number;
  /** Asked again and again; a throw counts as not yet, and the last one is the cause of the fault. */
  readonly isTrue: () => Promise<boolean>;
}

/** Throws OperatorError('timeout') after withinMs. */
export async function waitFor({ what, withinMs, isTrue }: Wait): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      if (await isTrue()) return;
    } catch (cause) {
      last = cause;
    }
    if (performance.now() > deadlineMs) {
      const why = last instanceof Error ? ` (${last.message})` : '';
      throw new OperatorError('timeout', `the cluster waited ${Math.round(withinMs / 1000)} s for ${what}${why}`, {
        cause: last,
      });
    }
    await sleep(POLL_MS);
  }
}
