// Chooses plans so that few of them cover much: families by their share, workloads by their weight, strata in turn. Pure.

import type { Plan } from '../plan.ts';
import type { Candidate, Family } from './candidates.ts';
import { randomFrom, shuffled } from './random.ts';

export interface Choice {
  readonly candidates: readonly Candidate[];
  readonly count: number;
  /** Plans to fall back on. */
  readonly more: number;
  readonly seed: number;
  /** Of a workload: a heavy one is chosen less often. */
  readonly weightOf: (workload: string) => number;
}

const SHARES: Readonly<Record<Family, number>> = {
  sweep: 0.66,
  pairs: 0.06,
  stale: 0.11,
  unobserved: 0.11,
  catalogue: 0.06,
};

export interface Chosen {
  readonly plans: readonly Plan[];
  /** What would have been chosen next. */
  readonly reserve: readonly Plan[];
}

/** At most `count` plans and `more` in reserve, all different, each with a seed of its own. */
export function choosePlans({ candidates, count, more, seed, weightOf }: Choice): Chosen {
  const random = randomFrom(seed);
  const groups = new Map<string, Group>();
  for (const each of shuffled(candidates, random)) {
    const key = `${each.family} ${each.plan.workload}`;
    const group = groups.get(key) ?? newGroup(each, weightOf(each.plan.workload));
    groups.set(key, group);
    const strata = group.strata.get(each.stratum) ?? [];
    group.strata.set(each.stratum, [...strata, each]);
  }
  const chosen: Plan[] = [];
  while (chosen.length < count + more) {
    const next = nextGroup([...groups.values()]);
    if (next === null) break;
    const { plan } = takeFrom(next);
    chosen.push({ ...plan, seed: Math.floor(random() * 1_000_000) });
  }
  return { plans: shuffled(chosen.slice(0, count), random), reserve: chosen.slice(count) };
}

interface Group {
  readonly family: Family;
  readonly weight: number;
  readonly strata: Map<string, readonly Candidate[]>;
  taken: number;
}

const newGroup = ({ family }: Candidate, weight: number): Group => ({ family, weight, strata: new Map(), taken: 0 });

/** The family that is furthest behind its share, and in it the workload that is furthest behind its weight. */
function nextGroup(groups: readonly Group[]): Group | null {
  const left = groups.filter(({ strata }) => strata.size > 0);
  const behind = (family: Family): number =>
    groups.filter((group) => group.family === family).reduce((sum, { taken }) => sum + taken, 0) / SHARES[family];
  const families = [...new Set(left.map(({ family }) => family))].sort((a, b) => behind(a) - behind(b));
  const own = left.filter(({ family }) => family === families[0]);
  return own.sort((a, b) => a.taken * a.weight - b.taken * b.weight)[0] ?? null;
}

/** The strata take turns: a map keeps the order in which they were put in. */
function takeFrom(group: Group): Candidate {
  const [stratum, candidates] = [...group.strata][0] ?? ['', []];
  const [first, ...rest] = candidates;
  if (first === undefined) throw new Error('a group without candidates was chosen');
  group.strata.delete(stratum);
  if (rest.length > 0) group.strata.set(stratum, rest);
  group.taken += 1;
  return first;
}
