// From what the clean runs did to the plans of a run: every candidate, and a choice among them.

import { CATALOGUE } from '../catalogue/all.ts';
import type { Learned } from '../learn.ts';
import { WORKLOADS, workloadOf } from '../workloads/all.ts';
import {
  type Candidate,
  catalogueCandidate,
  pairCandidates,
  staleCandidates,
  sweepCandidates,
  unobservedCandidates,
} from './candidates.ts';
import { type Chosen, choosePlans } from './choose.ts';

export interface SampleOptions {
  readonly seed: number;
  /** For every commit: quick faults, heavy workloads in turn. */
  readonly sample: boolean;
}

const HEAVY = 10;
/** More than a minute: a sample has none of them. */
const SLOW = 40;
/** Seconds of a fault of the catalogue that a sample can afford. */
const QUICK_SECONDS = 12;

/** Of the heavy ones a sample has one; the seed says which. */
export function workloadsOfRun({ sample, seed }: SampleOptions): readonly string[] {
  const heavy = WORKLOADS.filter(({ weight }) => weight >= HEAVY && weight < SLOW).map(({ id }) => id);
  const others = WORKLOADS.filter(({ weight }) => weight < HEAVY).map(({ id }) => id);
  const turn = heavy[seed % heavy.length];
  return sample ? [...others, ...(turn === undefined ? [] : [turn])] : WORKLOADS.map(({ id }) => id);
}

/** How many plans are kept to stand in for those whose fault never happens, as a part of all. */
const RESERVE = 0.25;

export interface Drawn extends Chosen {
  readonly candidates: number;
}

export function plansOfRun(
  options: SampleOptions & { readonly plans: number },
  learned: ReadonlyMap<string, Learned>,
): Drawn {
  const { plans: count, seed } = options;
  const candidates = [...learned].flatMap(([workload, { reference }]): readonly Candidate[] => [
    ...sweepCandidates(workload, reference.effects),
    ...(workloadOf(workload).weight < HEAVY ? pairCandidates(workload, reference.effects) : []),
    ...staleCandidates(workload, reference.effects),
    ...unobservedCandidates(workload, reference.events),
    ...(workload === 'W0' ? catalogueOf(options).flatMap(({ id }) => [0, 1, 2].map(() => catalogueCandidate(id))) : []),
  ]);
  const drawn = choosePlans({
    candidates,
    count,
    more: Math.ceil(count * RESERVE),
    seed,
    weightOf: (id) => workloadOf(id).weight,
  });
  return { candidates: candidates.length, ...drawn };
}

function catalogueOf({ sample }: SampleOptions): typeof CATALOGUE {
  return CATALOGUE.filter(({ seconds }) => !sample || seconds <= QUICK_SECONDS);
}
