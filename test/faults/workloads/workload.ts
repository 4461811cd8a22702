// A workload: what users and foreign hands do, and what must be true when everything has come to rest.

import type { Expected, World } from '../rig/world.ts';

export interface Workload {
  readonly id: string;
  readonly what: string;
  /** Throws Violation when something that must come does not come in time. Returns what each session must be in the end. */
  run(world: World): Promise<Readonly<Record<string, Expected>>>;
  /** Roughly how much of the machine one run takes, as a multiple of W1: heavy ones get fewer plans. */
  readonly weight: number;
  /** Fewer creates, starts and removes than in the clean run are no mistake: what happens before an end is a matter of time. */
  readonly loose?: boolean;
  /** What the observer says rightly, and the workload has asked for. */
  readonly excused?: RegExp;
  /** Sessions whose containers go for a reason that a partition may keep from being said: a policy, a drain, a failed proof. */
  readonly mayEnd?: readonly string[];
  /** Undone after the plan, whatever happened. */
  cleanUp?(world: World): Promise<void>;
}

export const GONE: Expected = { is: 'gone' };
export const READY: Expected = { is: 'ready' };
