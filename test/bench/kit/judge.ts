// From a measured value to a row of the table: met, missed, void, or a report. Pure.

import type { Goal } from './goals.ts';

export interface BenchRow {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly must: number | null;
  readonly aim: number | null;
  /** null: a report, or void. */
  readonly ok: boolean | null;
  /** Pairs behind a ratio, sessions behind a count. */
  readonly n: number;
  /** The same case over itself in the same rounds; null for counts. */
  readonly aa: number | null;
  /** Why there is no verdict, and figures that help to read the row. */
  readonly note: string;
}

export interface Measured {
  readonly value: number;
  readonly n: number;
  readonly aa: number | null;
  readonly note?: string;
}

/** Fewer pairs say nothing about a few percent (performance.md 10). */
export const PAIRS_TO_JUDGE = 60;

export function judge(goal: Goal, measured: Measured): BenchRow {
  const { id, what, must, aim } = goal;
  const { value, n, aa, note = '' } = measured;
  const silence = whyNoVerdict(goal, measured);
  const ok = silence !== null || must === null ? null : meets(goal, value, must);
  return {
    id,
    what,
    value,
    must,
    aim,
    ok,
    n,
    aa,
    note: [silence, note].filter((part) => part !== null && part !== '').join('; '),
  };
}

/** The row of a case against itself. */
export function judgeAgainstItself(name: string, aa: number, n: number): BenchRow {
  return {
    id: `A/A ${name}`,
    what: 'the baseline over itself',
    value: aa,
    must: null,
    aim: null,
    ok: null,
    n,
    aa,
    note: '',
  };
}

/** Whether the value reaches the aim, which is more than it must; null where there is none. */
export function reachesAim({ better }: Pick<Goal, 'better'>, row: BenchRow): boolean | null {
  if (row.aim === null || row.ok === null) return null;
  return better === 'lower' ? row.value <= row.aim : row.value >= row.aim;
}

const meets = ({ better }: Goal, value: number, must: number): boolean =>
  better === 'lower' ? value <= must : value >= must;

function whyNoVerdict(goal: Goal, { value, n, aa }: Measured): string | null {
  if (goal.must === null) return 'report';
  if (goal.kind === 'count') return null;
  if (n < PAIRS_TO_JUDGE) return `report: ${n} pairs, a verdict needs ${PAIRS_TO_JUDGE}`;
  if (aa === null || isTooWide(goal, { value, aa, must: goal.must })) return 'void: A/A too wide';
  return null;
}

/**
 * Noise is too wide when the A/A ratio leaves 1 by more than half the margin. The margin is what the goal allows (|must - 1|);
 * a value that meets its goal by more than that has the greater distance as its margin, because so much noise would be needed
 * to have made it up. A miss never profits from its distance: only a quiet run fails.
 */
function isTooWide(
  goal: Goal,
  { value, aa, must }: { readonly value: number; readonly aa: number; readonly must: number },
): boolean {
  const width = Math.max(aa, 1 / aa) - 1;
  const reserve = meets(goal, value, must) ? Math.abs(must - value) : 0;
  return width > Math.max(Math.abs(must - 1), reserve) / 2;
}
