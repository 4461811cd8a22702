// `npm run faults`: learns what the workloads do, chooses plans, runs them on several workers, confirms what fails, reports.
// With --plan FILE it replays those plans alone, and tells everything that happened.

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureSessionImage } from '../../hack/session-image.ts';
import { type FaultArguments, parseFaultArguments } from './arguments.ts';
import { bundlePrograms, ROOT } from './bundle.ts';
import { learn, type Learned } from './learn.ts';
import { parsePlan, type Plan, planName } from './plan.ts';
import { plansOfRun, workloadsOfRun } from './plans/sample.ts';
import { type Job, type Pool, startPool } from './pool.ts';
import { type Failed, failureFile, reportOf, writeFailure } from './report.ts';
import { removeLeftovers } from './rig/leftovers.ts';
import { SOCKET } from './rig/engine.ts';
import type { PlanResult } from './result.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const REGRESSIONS = join(import.meta.dirname, 'regressions');
/** Seen at an instant by somebody who was there: a second run proves nothing against it. */
const NEEDS_NO_PROOF = /^I[278] /;

const args = parseFaultArguments(process.argv.slice(2), Date.now());
process.exitCode = await main(args);
process.exit();

async function main(given: FaultArguments): Promise<number> {
  const startedMs = performance.now();
  for (const what of await removeLeftovers()) say(`removed of an earlier run: ${what}`);
  await ensureSessionImage({ socketPath: SOCKET, log: say });
  const programs = given.programs ?? (await bundlePrograms({ under: join(ROOT, 'out/faults-programs') })).dir;
  const regressions = await plansIn(REGRESSIONS);
  const replayed = await Promise.all(given.files.map(async (file) => parsePlan(await readFile(file, 'utf8'))));
  const workloads = workloadsFor(given, given.files.length > 0 ? replayed : regressions);
  const workers = given.files.length > 0 ? 1 : given.workers;
  const pool = await startPool({ programs, run: randomBytes(4).toString('hex'), workers });
  const stop = (): void => void pool.close().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const learned = await learn(pool, { workloads, runs: given.sample ? 1 : 2 }, (result) => onLearned(result));
    const plans = given.files.length > 0 ? replayed : [...regressions, ...chosen(given, learned)];
    say(`${plans.length} plans, seed ${given.seed}, ${workers} workers`);
    const jobs = plans.map((plan) => ({ plan, reference: learned.get(plan.workload)?.reference ?? null }));
    return await runAll({ pool, jobs, given, verbose: given.files.length > 0, startedMs });
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

function chosen(given: FaultArguments, learned: ReadonlyMap<string, Learned>): readonly Plan[] {
  const { candidates, plans } = plansOfRun(given, learned);
  say(`${candidates} candidates`);
  return plans;
}

/** Beside the report: runs with reports of their own keep their failures apart. */
function failuresOf({ report }: FaultArguments): string {
  return report.replace(/\.json$/, '');
}

interface Running {
  readonly pool: Pool;
  readonly jobs: readonly Job[];
  readonly given: FaultArguments;
  readonly verbose: boolean;
  readonly startedMs: number;
}

async function runAll({ pool, jobs, given, verbose, startedMs }: Running): Promise<number> {
  const results: PlanResult[] = [];
  const broken: string[] = [];
  const failures = new Map<PlanResult, string>();
  await rm(failuresOf(given), { recursive: true, force: true });
  const sweptFromMs = performance.now();
  const writes: Promise<void>[] = [];
  await pool.run(jobs, (outcome) => {
    if ('broken' in outcome) {
      broken.push(`${planName(outcome.plan)}: ${outcome.broken}`);
      return say(`BROKEN ${planName(outcome.plan)}: ${outcome.broken}`);
    }
    const { result } = outcome;
    results.push(result);
    if (verbose) say(result.timeline.join('\n'));
    if (result.violations.length > 0) {
      const file = failureFile(failuresOf(given), failures.size + 1);
      failures.set(result, file);
      writes.push(writeFailure(file, result));
    }
    const said =
      result.violations.length > 0
        ? `FAIL  ${result.violations.join('; ')}`
        : result.reached
          ? 'ok'
          : 'ok (fault not reached)';
    say(`${results.length}/${jobs.length} ${planName(result.plan)} ${result.seconds.toFixed(1)} s ${said}`);
  });
  await Promise.all(writes);
  const sweepSeconds = (performance.now() - sweptFromMs) / 1000;
  const failed = await confirm({ pool, jobs, results, files: failures });
  const report = reportOf({ results, failed, broken, seconds: sweepSeconds, seed: given.seed });
  await mkdir(dirname(given.report), { recursive: true });
  await writeFile(given.report, `${JSON.stringify(report, null, 2)}\n`);
  const confirmed = failed.filter((each) => each.confirmed).length;
  for (const { plan, violations, file, confirmed: sure } of failed) {
    say(
      `${sure ? 'FAILED' : 'failed once'} ${planName(plan)}\n  ${violations.join('\n  ')}\n  replay: npm run faults -- --plan ${file}`,
    );
  }
  const totalSeconds = Math.round((performance.now() - startedMs) / 1000);
  say(
    `faults: ${report.plans} plans, ${confirmed} with violations, ${report.falseAlarms} failed only once, ${report.unreached} not reached, ${broken.length} broken, ${report.secondsPerPlan} s per plan, ${totalSeconds} s in all, seed ${given.seed}`,
  );
  return confirmed === 0 && broken.length === 0 && report.falseAlarms <= report.plans / 100 ? 0 : 1;
}

/** Every failing plan runs once more: what does not fail again is told apart, and counted. */
async function confirm({
  pool,
  jobs,
  results,
  files,
}: Pick<Running, 'pool' | 'jobs'> & {
  readonly results: readonly PlanResult[];
  readonly files: ReadonlyMap<PlanResult, string>;
}): Promise<readonly Failed[]> {
  const failing = results.filter(({ violations }) => violations.length > 0);
  const again = new Set<string>();
  const reference = new Map(jobs.map((job) => [job.plan, job.reference] as const));
  const byName = new Map(jobs.map((job) => [planName(job.plan), job] as const));
  await pool.run(
    failing.map(({ plan }) => ({
      plan,
      reference: reference.get(plan) ?? byName.get(planName(plan))?.reference ?? null,
    })),
    (outcome) => {
      if ('result' in outcome && outcome.result.violations.length > 0) again.add(planName(outcome.result.plan));
    },
  );
  return failing.map((result) => ({
    plan: result.plan,
    violations: result.violations,
    confirmed: again.has(planName(result.plan)) || result.violations.some((text) => NEEDS_NO_PROOF.test(text)),
    file: files.get(result) ?? '',
  }));
}

async function plansIn(dir: string): Promise<readonly Plan[]> {
  const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith('.json'));
  return Promise.all(names.sort().map(async (name) => parsePlan(await readFile(join(dir, name), 'utf8'))));
}
