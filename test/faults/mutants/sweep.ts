// The sweep with a mutant in the programs: plans of a stratified sample, one after another, until one of them shows the bug.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { bundlePrograms, type Replacement, ROOT } from '../bundle.ts';
import { learn, type Learned } from '../learn.ts';
import { type Plan, planName } from '../plan.ts';
import { plansOfRun, workloadsOfRun } from '../plans/sample.ts';
import { type Job, type Outcome, type Pool, startPool } from '../pool.ts';

export interface SweepResult {
  /** Plans that were run until one of them failed, twice where once proves nothing; null when none did. */
  readonly caughtAfter: number | null;
  readonly plans: number;
  /** The plan that caught it, and what it showed. */
  readonly plan: string | null;
  readonly violations: readonly string[];
  readonly seconds: number;
}

export interface Sample {
  readonly plans: readonly Plan[];
  readonly learned: ReadonlyMap<string, Learned>;
}

const UNDER = join(ROOT, 'out/mutants/programs');
/** Seen at an instant by somebody who was there: a second run proves nothing against it. */
const NEEDS_NO_PROOF = /^I[12578] /;

/** Clean runs of the programs as they are, and plans from them: what the generator chooses, and nothing for this mutant or that. */
export async function drawSample(options: {
  readonly plans: number;
  readonly seed: number;
  readonly workers: number;
  readonly say: (line: string) => void;
}): Promise<Sample> {
  const { plans, seed, workers, say } = options;
  const { dir } = await bundlePrograms({ under: UNDER });
  const pool = await open(dir, workers);
  try {
    const workloads = workloadsOfRun({ sample: true, seed });
    const learned = await learn(pool, { workloads, runs: 1 }, ({ plan, seconds }) =>
      say(`learned ${plan.workload} in ${seconds.toFixed(1)} s`),
    );
    return { learned, plans: plansOfRun({ plans, seed, sample: true }, learned).plans };
  } finally {
    await pool.close();
  }
}

export async function sweep(options: {
  readonly replacements: readonly Replacement[];
  readonly sample: Sample;
  readonly workers: number;
  readonly say: (line: string) => void;
}): Promise<SweepResult> {
  const { replacements, sample, workers, say } = options;
  const fromMs = performance.now();
  const { dir } = await bundlePrograms({ under: UNDER, replacements });
  const pool = await open(dir, workers);
  const jobOf = (plan: Plan): Job => ({ plan, reference: sample.learned.get(plan.workload)?.reference ?? null });
  try {
    for (let at = 0; at < sample.plans.length; at += workers) {
      const outcomes = await runAll(pool, sample.plans.slice(at, at + workers).map(jobOf));
      for (const [index, outcome] of outcomes.entries()) {
        const violations = violationsOf(outcome);
        if (violations.length === 0) continue;
        say(`${planName(planOf(outcome))}: ${violations.join('; ')}`);
        if (!(await isProved(pool, jobOf(planOf(outcome)), violations))) continue;
        const caughtAfter = at + index + 1;
        return { caughtAfter, plans: caughtAfter, plan: planName(planOf(outcome)), violations, seconds: since(fromMs) };
      }
    }
    return { caughtAfter: null, plans: sample.plans.length, plan: null, violations: [], seconds: since(fromMs) };
  } finally {
    await pool.close();
  }
}

const open = (programs: string, workers: number): Promise<Pool> =>
  startPool({ programs, run: randomBytes(4).toString('hex'), workers });

/** In the order of the jobs. */
async function runAll(pool: Pool, jobs: readonly Job[]): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  await pool.run(jobs, (outcome) => outcomes.set(planName(planOf(outcome)), outcome));
  return jobs.flatMap(({ plan }) => outcomes.get(planName(plan)) ?? []);
}

async function isProved(pool: Pool, job: Job, violations: readonly string[]): Promise<boolean> {
  if (violations.some((violation) => NEEDS_NO_PROOF.test(violation))) return true;
  const [again] = await runAll(pool, [job]);
  return again !== undefined && violationsOf(again).length > 0;
}

const planOf = (outcome: Outcome): Plan => ('broken' in outcome ? outcome.plan : outcome.result.plan);
/** A plan that broke the rig says nothing about the mutant. */
const violationsOf = (outcome: Outcome): readonly string[] => ('broken' in outcome ? [] : outcome.result.violations);
const since = (fromMs: number): number => Math.round(performance.now() - fromMs) / 1000;
