// What was done for each incarnation of a session, as the engine tells it, against the same of a run without faults (I9).

import type { ContainerLife } from '../rig/observer.ts';
import type { Incarnation } from '../rig/world.ts';

export interface Counts {
  readonly creates: number;
  readonly starts: number;
  readonly removes: number;
}

/** By short name and ordinal: "s1#1". */
export type Summary = Readonly<Record<string, Counts>>;

export function summaryOf(incarnations: readonly Incarnation[], containers: Iterable<ContainerLife>): Summary {
  const all = [...containers];
  return Object.fromEntries(
    incarnations.map(({ alias, uid, ordinal }) => {
      const own = all.filter((container) => container.uid === uid);
      const starts = own.reduce((sum, container) => sum + container.starts, 0);
      const removes = own.filter(({ gone }) => gone).length;
      return [`${alias}#${ordinal}`, { creates: own.length, starts, removes }] as const;
    }),
  );
}

export interface Allowance {
  /** How many more or fewer of each are no mistake (security.md I9: the crashes of the plan). */
  readonly slack: number;
  /** Only too many count: what a session gets before its end is a matter of time. */
  readonly fewerIsFine: boolean;
}

export function compareSummaries(
  reference: Summary,
  got: Summary,
  { slack, fewerIsFine }: Allowance,
): readonly string[] {
  const problems: string[] = [];
  for (const [key, wanted] of Object.entries(reference)) {
    const found = got[key];
    if (found === undefined) {
      problems.push(`I9 session ${key} was never made`);
      continue;
    }
    for (const what of ['creates', 'starts', 'removes'] as const) {
      const most = fewerIsFine ? Math.max(wanted[what], 1) : wanted[what];
      const more = found[what] - most;
      if (more <= slack && (fewerIsFine || more >= -slack)) continue;
      problems.push(`I9 session ${key}: ${found[what]} ${what}, ${wanted[what]} without faults`);
    }
  }
  return problems;
}
