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

/** `slack`: how many more or fewer of each are no mistake (security.md I9: the crashes of the plan). */
export function compareSummaries(reference: Summary, got: Summary, slack: number): readonly string[] {
  const problems: string[] = [];
  for (const [key, wanted] of Object.entries(reference)) {
    const found = got[key];
    if (found === undefined) {
      problems.push(`I9 session ${key} was never made`);
      continue;
    }
    for (const what of ['creates', 'starts', 'removes'] as const) {
      if (Math.abs(found[what] - wanted[what]) <= slack) continue;
      problems.push(`I9 session ${key}: ${found[what]} ${what}, ${wanted[what]} without faults`);
    }
  }
  return problems;
}
