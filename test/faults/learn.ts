// Learning runs: what each workload does when nothing goes wrong, twice. What both runs agree on is swept; what they do not agree on
// is no effect that a plan could address.

import { type Plan, planSchema } from './plan.ts';
import type { Outcome, Pool } from './pool.ts';
import type { EffectLine, PlanResult, Reference } from './result.ts';

export interface Learned {
  readonly reference: Reference;
  readonly seconds: number;
}

/** Rejects when a clean run breaks, or has violations when it is repeated too: then there is nothing to compare with. */
export async function learn(
  pool: Pool,
  asked: { readonly workloads: readonly string[]; readonly runs: 1 | 2 },
  onRun: (result: PlanResult) => void,
): Promise<ReadonlyMap<string, Learned>> {
  const clean = (workload: string): Plan => planSchema.parse({ workload, seed: 0 });
  const jobs = asked.workloads
    .flatMap((workload) => Array.from({ length: asked.runs }, () => clean(workload)))
    .map((plan) => ({ plan, reference: null }));
  const results = new Map<string, PlanResult[]>();
  const problems: string[] = [];
  const repeated = new Set<string>();
  await pool.run(jobs, (outcome: Outcome) => {
    if ('broken' in outcome) {
      const { workload } = outcome.plan;
      if (!repeated.has(workload)) {
        repeated.add(workload);
        return { plan: clean(workload), reference: null };
      }
      problems.push(`${workload}: ${outcome.broken}`);
      return null;
    }
    const { result } = outcome;
    onRun(result);
    const { workload } = result.plan;
    if (result.violations.length > 0 && !repeated.has(workload)) {
      repeated.add(workload);
      return { plan: clean(workload), reference: null };
    }
    results.set(workload, [...(results.get(workload) ?? []), result]);
    if (result.violations.length > 0) problems.push(`${workload} without any fault: ${result.violations.join('; ')}`);
    return null;
  });
  if (problems.length > 0) throw new Error(`learning failed:\n${problems.join('\n')}`);
  return new Map([...results].map(([workload, runs]) => [workload, learned(runs)] as const));
}

function learned(runs: readonly PlanResult[]): Learned {
  const [first, second = first] = runs;
  if (first === undefined || second === undefined) throw new Error('a workload without a learning run');
  const again = new Set(second.effects.map(keyOf));
  const effects = first.effects.filter((effect) => again.has(keyOf(effect)));
  const events = Object.fromEntries(
    Object.entries(first.events).map(([key, count]) => [key, Math.min(count, second.events[key] ?? 0)] as const),
  );
  return { reference: { summary: first.summary, effects, events }, seconds: first.seconds };
}

const keyOf = ({ program, kind, detail, session, occurrence }: EffectLine): string =>
  `${program} ${kind} ${detail} ${session} ${occurrence}`;
