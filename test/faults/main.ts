// `npm run faults`: learns what the workloads do, chooses plans, runs them on several workers, confirms what fails, reports.
// With --plan FILE it replays those plans alone, and tells everything that happened.

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDocker } from '../../hack/docker.ts';
import { buildInit } from '../../hack/init/build.ts';
import { type FaultArguments, parseFaultArguments } from './arguments.ts';
import { bundlePrograms, PROGRAMS_DIR } from './bundle.ts';
import { learn, type Learned } from './learn.ts';
import { createLedger } from './ledger.ts';
import { AIMED_PLANS } from './mutants/mutants.ts';
import { type Plan, planName } from './plan.ts';
import { plansIn, readPlans } from './plan-files.ts';
import type { Chosen } from './plans/choose.ts';
import { plansOfRun, workloadsOfRun } from './plans/sample.ts';
import { type Job, type Outcome, type Pool, startPool } from './pool.ts';
import { failureFile, type Report, reportOf, writeFailure, writeReport } from './report.ts';
import { removeLeftovers } from './rig/leftovers.ts';
import { ensureImages } from './rig/images.ts';
import type { PlanResult } from './result.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const REGRESSIONS = join(import.meta.dirname, 'regressions');
const WRITE_EVERY_MS = 5_000;
/** More of them, and a failure that is real would drown in them. */
const MOST_FALSE_ALARMS = 0.01;

const args = parseFaultArguments(process.argv.slice(2), Date.now());
const engine = await ensureDocker({ log: say }); // which main() has to itself from its first line on
try {
  process.exitCode = await main(args);
} finally {
  await engine.stop();
}
process.exit();

async function main(given: FaultArguments): Promise<number> {
  const startedMs = performance.now();
  for (const what of await removeLeftovers()) say(`removed of an earlier run: ${what}`);
  await ensureImages(say);
  await buildInit(say);
  const programs = given.programs ?? (await bundlePrograms({ under: PROGRAMS_DIR })).dir;
  const regressions = [...(await plansIn(REGRESSIONS)), ...(await plansIn(AIMED_PLANS))];
  const replayed = await readPlans(given.files);
  const workloads = workloadsFor(given, given.files.length > 0 ? replayed : regressions);
  const workers = given.files.length > 0 ? 1 : given.workers;
  const pool = await startPool({ programs, run: randomBytes(4).toString('hex'), workers });
  const stop = async (): Promise<void> => {
    await pool.close().catch(() => {});
    await engine.stop().catch(() => {});
    process.exit(130);
  };
  const onSignal = (): void => void stop();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    let failedClean = 0;
    const learned = await learn(pool, { workloads, runs: given.sample ? 1 : 2 }, (result) => {
      if (result.violations.length > 0) failedClean += 1;
      onLearned(result);
    });
    const cleanAlarms = failedClean; // what failed twice has ended the run
    const drawn = given.files.length > 0 ? { plans: replayed, reserve: [] } : chosen(given, learned);
    const plans = given.files.length > 0 ? replayed : [...regressions, ...drawn.plans];
    say(`${plans.length} plans, seed ${given.seed}, ${workers} workers`);
    const { reserve } = drawn;
    const verbose = given.files.length > 0;
    return await runAll({ pool, plans, reserve, learned, cleanAlarms, given, verbose, startedMs });
  } finally {
    await pool.close();
  }
}

/** What a clean run does wrong is kept like a failing plan. */
function onLearned(result: PlanResult): void {
  const { plan, seconds, violations, effects } = result;
  const swept = effects.filter(({ n }) => n > 0).length;
  say(`learned ${plan.workload} in ${seconds.toFixed(1)} s: ${swept} effects ${violations.join('; ')}`);
  if (violations.length > 0) writeFailure(`out/faults-learning/${plan.workload}.json`, result).catch(() => {});
}

function workloadsFor(given: FaultArguments, plans: readonly Plan[]): readonly string[] {
  const named = given.files.length > 0 ? [] : given.workloads.length > 0 ? given.workloads : workloadsOfRun(given);
  return [...new Set([...named, ...plans.map(({ workload }) => workload)])];
}

function chosen(given: FaultArguments, learned: ReadonlyMap<string, Learned>): Chosen {
  const drawn = plansOfRun(given, learned);
  say(`${drawn.candidates} candidates`);
  return drawn;
}

/** Beside the report: runs with reports of their own keep their failures apart. */
function failuresOf({ report }: FaultArguments): string {
  return report.replace(/\.json$/, '');
}

interface Running {
  readonly pool: Pool;
  readonly plans: readonly Plan[];
  readonly reserve: readonly Plan[];
  readonly learned: ReadonlyMap<string, Learned>;
  readonly cleanAlarms: number;
  readonly given: FaultArguments;
  readonly verbose: boolean;
  readonly startedMs: number;
}

async function runAll(running: Running): Promise<number> {
  const { pool, plans, reserve, learned, cleanAlarms, given, verbose, startedMs } = running;
  const { seed } = given;
  const ledger = createLedger(reserve);
  const files = new Map<PlanResult, string>();
  const jobOf = (plan: Plan): Job => ({ plan, reference: learned.get(plan.workload)?.reference ?? null });
  await rm(failuresOf(given), { recursive: true, force: true });
  const fromMs = performance.now();
  const report = (finished: boolean): Report => {
    const seconds = (performance.now() - fromMs) / 1000;
    return reportOf({ ledger, asked: plans.length, finished, files, cleanAlarms, seconds, seed });
  };
  const writes: Promise<void>[] = [];
  let writing = writeReport(given.report, report(false));
  let writtenMs = fromMs;
  await pool.run(plans.map(jobOf), (outcome) => {
    const more = ledger.take(outcome);
    const result = 'result' in outcome ? outcome.result : null;
    if (verbose && result !== null) say(result.timeline.join('\n'));
    if (result !== null && result.violations.length > 0) {
      const file = failureFile(failuresOf(given), files.size + 1);
      files.set(result, file);
      writes.push(writeFailure(file, result));
    }
    say(`${ledger.results.length}/${plans.length} ${wordsFor(outcome)}`);
    if (performance.now() - writtenMs > WRITE_EVERY_MS) {
      writtenMs = performance.now();
      writing = writing.then(() => writeReport(given.report, report(false)));
    }
    return more === null ? null : jobOf(more);
  });
  await Promise.all([...writes, writing]);
  const whole = report(true);
  await writeReport(given.report, whole);
  return conclude(whole, Math.round((performance.now() - startedMs) / 1000));
}

function wordsFor(outcome: Outcome): string {
  if ('broken' in outcome) return `${planName(outcome.plan)} BROKEN ${outcome.broken}`;
  const { plan, seconds, violations, reached } = outcome.result;
  const found = reached ? 'ok' : 'fault not reached';
  const said = violations.length > 0 ? `FAIL  ${violations.join('; ')}` : found;
  return `${planName(plan)} ${seconds.toFixed(1)} s ${said}`;
}

/** The exit code. */
function conclude(report: Report, totalSeconds: number): number {
  for (const { plan, violations, file, confirmed } of report.failed) {
    const what = confirmed ? 'FAILED' : 'failed once';
    say(`${what} ${planName(plan)}\n  ${violations.join('\n  ')}\n  replay: npm run faults -- --plan ${file}`);
  }
  const { plans, violations, falseAlarms, unreached, missing, broken, secondsPerPlan, seed } = report;
  const counts = [
    `${plans} plans that had their fault, ${violations} with violations, ${falseAlarms} failed only once`,
    `${unreached} more did not reach it, ${missing} of them without a replacement, ${broken.length} broken`,
    `${secondsPerPlan} s per plan, ${totalSeconds} s in all, seed ${seed}`,
  ];
  say(`faults: ${counts.join('; ')}`);
  return violations === 0 && broken.length === 0 && falseAlarms <= plans * MOST_FALSE_ALARMS ? 0 : 1;
}
