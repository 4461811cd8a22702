// What a run comes to: counts for people and machines, and a file for every plan that failed.

import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { modeOf, type Plan, planName } from './plan.ts';
import type { Ledger } from './ledger.ts';
import type { PlanResult } from './result.ts';

export interface Failed {
  readonly plan: Plan;
  readonly violations: readonly string[];
  /** Whether it failed again when it was run once more; a violation of an instant (ledger.ts) needs no second proof. */
  readonly confirmed: boolean;
  readonly file: string;
}

export interface Report {
  /** False in what is written on the way, and stays so when the run is interrupted. */
  readonly finished: boolean;
  /** How many were asked for. */
  readonly asked: number;
  /** Those that had their fault, or need none. */
  readonly plans: number;
  readonly passed: number;
  /** Confirmed ones. */
  readonly violations: number;
  readonly failed: readonly Failed[];
  /** Plans whose fault never happened, since the workload took another way: they prove nothing, and others stood in for them. */
  readonly unreached: number;
  /** Of these, for how many nobody stood in. */
  readonly missing: number;
  readonly broken: readonly string[];
  /** Failed once, and not again; clean runs before the first plan count as well. */
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

export interface ReportInput {
  readonly ledger: Ledger;
  readonly asked: number;
  readonly finished: boolean;
  readonly files: ReadonlyMap<PlanResult, string>;
  /** Clean runs that failed once and not again. */
  readonly cleanAlarms: number;
  readonly seconds: number;
  readonly seed: number;
}

export function reportOf({ ledger, asked, finished, files, cleanAlarms, seconds, seed }: ReportInput): Report {
  const { failing, broken } = ledger;
  const counted = ledger.results.filter(({ reached, violations }) => reached || violations.length > 0);
  const failed = failing.map(({ result, again }) => ({
    plan: result.plan,
    violations: result.violations,
    confirmed: again === true,
    file: files.get(result) ?? '',
  }));
  const confirmed = new Set(failing.filter(({ again }) => again === true).map(({ result }) => result));
  const violationsByInvariant: Record<string, number> = {};
  for (const { violations } of confirmed) {
    for (const each of new Set(violations.map((text) => text.split(' ', 1)[0] ?? '')))
      violationsByInvariant[each] = (violationsByInvariant[each] ?? 0) + 1;
  }
  return {
    finished,
    asked,
    plans: counted.length,
    passed: counted.length - failed.length,
    violations: confirmed.size,
    failed,
    unreached: ledger.results.length - counted.length,
    missing: finished ? Math.max(asked - counted.length - broken.length, 0) : 0,
    broken,
    falseAlarms: cleanAlarms + failing.filter(({ again }) => again === false).length,
    seconds: Math.round(seconds),
    secondsPerPlan: counted.length === 0 ? 0 : Math.round((100 * seconds) / counted.length) / 100,
    seed,
    byMode: tally(counted, confirmed, modeOf),
    byWorkload: tally(counted, confirmed, ({ workload }) => workload),
    violationsByInvariant,
  };
}

function tally(
  results: readonly PlanResult[],
  confirmed: ReadonlySet<PlanResult>,
  nameOf: (plan: Plan) => string,
): Readonly<Record<string, Tally>> {
  const tallies: Record<string, Tally> = {};
  for (const result of results) {
    const { plans, failed } = tallies[nameOf(result.plan)] ?? { plans: 0, failed: 0 };
    tallies[nameOf(result.plan)] = { plans: plans + 1, failed: failed + (confirmed.has(result) ? 1 : 0) };
  }
  return Object.fromEntries(Object.entries(tallies).sort(([a], [b]) => a.localeCompare(b)));
}

/** In one step: whoever reads it, or finds it after a crash, finds a whole one. A device, such as /dev/null, is written to and never replaced. */
export async function writeReport(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const there = await stat(file).catch(() => null);
  if (there !== null && !there.isFile()) return writeFile(file, text);
  await writeFile(`${file}.partial`, text);
  await rename(`${file}.partial`, file);
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
