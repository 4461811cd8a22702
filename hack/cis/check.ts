// The shape of a check, and the four things that it can say.

import type { CisFacts } from './facts.ts';

/** FAIL is the container's own fault; WARN is the node's; INFO cannot be decided from outside, or is a reasoned exception. */
export type CisStatus = 'PASS' | 'WARN' | 'FAIL' | 'INFO';

export interface CisResult {
  readonly status: CisStatus;
  /** What was found; empty when there is nothing to add. */
  readonly note: string;
}

export interface CisCheck {
  /** Number of CIS Docker Benchmark 1.6.0. */
  readonly id: string;
  readonly title: string;
  readonly judge: (facts: CisFacts) => CisResult;
}

export const pass = (note = ''): CisResult => ({ status: 'PASS', note });
export const fail = (note: string): CisResult => ({ status: 'FAIL', note });
export const warn = (note: string): CisResult => ({ status: 'WARN', note });
export const info = (note: string): CisResult => ({ status: 'INFO', note });

/** PASS when there is no problem, FAIL with the first one. */
export function passUnless(...problems: readonly (string | false)[]): CisResult {
  const found = problems.filter((problem) => problem !== false);
  return found[0] === undefined ? pass() : fail(found[0]);
}
