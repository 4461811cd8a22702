// The sweep with a mutant in the programs: the plan that was written for it (every sweep runs it, see main.ts), then those of a stratified
// sample, one after another, until one of them shows the bug. Several mutants side by side, each in a lane of its own.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { bundlePrograms, ROOT } from '../bundle.ts';
import { learn, type Learned } from '../learn.ts';
import { type Plan, planName } from '../plan.ts';
import type { Mutant } from './mutants.ts';
import { plansOfRun, workloadsOfRun } from '../plans/sample.ts';
import { type Outcome, type Pool, startPool } from '../pool.ts';

export interface SweepResult {
  /** Plans that were run until one failed, failed again, and held without the bug; null when none did. */
  readonly caughtAfter: number | null;
  readonly plans: number;
  /** The plan that caught it, and what it showed. */
  readonly plan: string | null;
  readonly violations: readonly string[];
  readonly seconds: number;
}

export interface Sample {
  readonly plans: readonly Plan[];
  /** By mutant. */
  readonly aimed: ReadonlyMap<string, Plan>;
  readonly learned: ReadonlyMap<string, Learned>;
  /** Bundles without a mutant. */
  readonly programs: string;
}

const UNDER = join(ROOT, 'out/mutants/programs');
/** A catch is proved against the programs as they are, so that nobody need wait for a busy machine. */
const PATIENCE = 1;

/** Clean runs of the programs as they are, and plans from them: what the generator chooses, and nothing for this mutant or that. */
export async function drawSample(options: {
  readonly plans: number;
  readonly seed: number;
  readonly workers: number;
  /** Instead of what the generator chooses; empty for that. */
  readonly given: readonly Plan[];
  readonly aimed: ReadonlyMap<string, Plan>;
  readonly say: (line: string) => void;
}): Promise<Sample> {
  const { plans, seed, workers, given, aimed, say } = options;
  const { dir } = await bundlePrograms({ under: UNDER });
  const pool = await open(dir, workers);
  try {
    const isGiven = given.length > 0;
    const written = [...aimed.values(), ...given].map(({ workload }) => workload);
    const drawn = isGiven || plans === 0 ? [] : workloadsOfRun({ sample: true, seed });
    const workloads = [...new Set([...drawn, ...written])];
    const learned = await learn(pool, { workloads, runs: 1 }, ({ plan, seconds }) =>
      say(`learned ${plan.workload} in ${seconds.toFixed(1)} s`),
    );
    const chosen = isGiven || plans === 0 ? given : plansOfRun({ plans, seed, sample: true }, learned).plans;
    return { learned, programs: dir, plans: chosen, aimed };
  } finally {
    await pool.close();
  }
}

export async function sweepAll(options: {
  readonly mutants: readonly Mutant[];
  readonly sample: Sample;
  readonly workers: number;
  readonly say: (line: string) => void;
  readonly onSwept: (mutant: Mutant, result: SweepResult) => void;
}): Promise<void> {
  const { mutants, sample, workers, say, onSwept } = options;
  const waiting = [...mutants];
  const work = async (): Promise<void> => {
    const pool = await open(sample.programs, 1, PATIENCE);
    try {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift())
        onSwept(mutant, await sweep({ mutant, pool, sample, say }));
    } finally {
      await pool.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, mutants.length) }, work));
}

interface Swept {
  readonly mutant: Mutant;
  readonly pool: Pool;
  readonly sample: Sample;
  readonly say: (line: string) => void;
}

async function sweep({ mutant, pool, sample, say }: Swept): Promise<SweepResult> {
  const fromMs = performance.now();
  const { id, replacements } = mutant;
  const { dir } = await bundlePrograms({ under: UNDER, replacements });
  const run = async (plan: Plan, programs: string): Promise<readonly string[]> => {
    const outcomes: Outcome[] = [];
    const reference = sample.learned.get(plan.workload)?.reference ?? null;
    await pool.run([{ plan, reference, programs }], (outcome) => {
      outcomes.push(outcome);
      return null;
    });
    // A plan that broke the rig says nothing about the mutant.
    return outcomes.flatMap((outcome) => ('broken' in outcome ? [] : outcome.result.violations));
  };
  const aimed = sample.aimed.get(id);
  const plans = aimed === undefined ? sample.plans : [aimed, ...sample.plans];
  for (const [index, plan] of plans.entries()) {
    const violations = await run(plan, dir);
    if (violations.length === 0) continue;
    const again = await run(plan, dir);
    const without = again.length === 0 ? [] : await run(plan, sample.programs);
    say(`${id}: ${planName(plan)}: ${violations.join('; ')} | again: ${again[0]} | without it: ${without[0]}`);
    if (again.length === 0 || without.length > 0) continue;
    const caughtAfter = index + 1;
    return { caughtAfter, plans: caughtAfter, plan: planName(plan), violations, seconds: since(fromMs) };
  }
  return { caughtAfter: null, plans: plans.length, plan: null, violations: [], seconds: since(fromMs) };
}

const open = (programs: string, workers: number, mostPatience?: number): Promise<Pool> =>
  startPool({
    ...{ programs, run: randomBytes(4).toString('hex'), workers },
    ...(mostPatience === undefined ? {} : { mostPatience }),
  });

const since = (fromMs: number): number => Math.round(performance.now() - fromMs) / 1000;
