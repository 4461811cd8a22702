// What a run comes to: counts for people and machines, and a file for every plan that failed.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { modeOf, type Plan, planName } from './plan.ts';
import type { PlanResult } from './result.ts';

export interface Failed {
  readonly plan: Plan;
  readonly violations: readonly string[];
  /** Whether it failed again when it was run once more; a violation of an instant (I2, I7, I8) needs no second proof. */
  readonly confirmed: boolean;
  readonly file: string;
}

export interface Report {
  readonly plans: number;
  readonly passed: number;
  readonly failed: readonly Failed[];
  /** Plans whose fault never happened: the workload took another way. */
  readonly unreached: number;
  readonly broken: readonly string[];
  /** Failed once, and not again. */
  readonly falseAlarms: number;
  readonly seconds: number;
  readonly secondsPerPlan: number;
  readonly seed: number;
  readonly byMode: Readonly<Record<string, Tally>>;
  readonly byWorkload: Readonly<Record<string, Tally>>;
  readonly violationsByInvariant: Readonly<Record<string, number>>;
}

export interface Tally {
  readonly plans: number;
  readonly failed: number;
}

export function reportOf(input: {
  readonly results: readonly PlanResult[];
  readonly failed: readonly Failed[];
  readonly broken: readonly string[];
  readonly seconds: number;
  readonly seed: number;
}): Report {
  const { results, failed, broken, seconds, seed } = input;
  const confirmed = new Set(failed.filter((each) => each.confirmed).map(({ plan }) => planName(plan)));
  const tally = (nameOf: (plan: Plan) => string): Record<string, Tally> => {
    const tallies: Record<string, Tally> = {};
    for (const { plan } of results) {
      const { plans, failed: before } = tallies[nameOf(plan)] ?? { plans: 0, failed: 0 };
      tallies[nameOf(plan)] = { plans: plans + 1, failed: before + (confirmed.has(planName(plan)) ? 1 : 0) };
    }
    return Object.fromEntries(Object.entries(tallies).sort(([a], [b]) => a.localeCompare(b)));
  };
  const invariants = failed.flatMap(({ violations }) => violations.map((text) => text.split(' ', 1)[0] ?? ''));
  const violationsByInvariant: Record<string, number> = {};
  for (const each of invariants) violationsByInvariant[each] = (violationsByInvariant[each] ?? 0) + 1;
  return {
    plans: results.length,
    passed: results.length - failed.length,
    failed,
    unreached: results.filter(({ reached }) => !reached).length,
    broken,
    falseAlarms: failed.filter((each) => !each.confirmed).length,
    seconds: Math.round(seconds),
    secondsPerPlan: results.length === 0 ? 0 : Math.round((100 * seconds) / results.length) / 100,
    seed,
    byMode: tally(modeOf),
    byWorkload: tally(({ workload }) => workload),
    violationsByInvariant,
  };
}

export const failureFile = (dir: string, number: number): string => join(dir, `plan-${number}.json`);

/** The plan as JSON, to be replayed as it is, and beside it what was seen. */
export async function writeFailure(file: string, result: PlanResult): Promise<void> {
  const { plan, violations, timeline } = result;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...plan, note: violations[0] }, null, 2)}\n`);
  const text = `${planName(plan)}\n${violations.join('\n')}\n\n${timeline.join('\n')}\n`;
  await writeFile(file.replace(/\.json$/, '.txt'), text);
}
