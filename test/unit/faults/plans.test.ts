import { expect, test } from 'vitest';
import { parsePlan, planName } from '../../faults/plan.ts';
import {
  pairCandidates,
  staleCandidates,
  sweepCandidates,
  unobservedCandidates,
} from '../../faults/plans/candidates.ts';
import { choosePlans } from '../../faults/plans/choose.ts';
import type { EffectLine } from '../../faults/result.ts';

const effect = (change: Partial<EffectLine>): EffectLine => ({
  n: 1,
  api: 'docker',
  program: 'controller',
  kind: 'create',
  detail: '',
  session: 's1',
  occurrence: 1,
  ...change,
});
const effects = [
  effect({ n: 1, api: 'kube', kind: 'finalizer-add' }),
  effect({ n: 2 }),
  effect({ n: 3, kind: 'attach' }),
  effect({ n: 4, kind: 'start' }),
  effect({ n: 0, api: 'kube', kind: 'lease', session: null }),
];
const candidates = [
  ...sweepCandidates('W1', effects),
  ...sweepCandidates('W6', effects),
  ...pairCandidates('W1', effects),
  ...staleCandidates('W1', effects),
  ...unobservedCandidates('W1', { 'ADDED s1': 1, 'MODIFIED s1': 3 }),
];
const choose = (count: number, seed: number) =>
  choosePlans({ candidates, count, more: 0, seed, weightOf: (workload) => (workload === 'W6' ? 10 : 1) }).plans;

test('a plan is read with its defaults, and every mistake in it is named', () => {
  expect(parsePlan('{"workload":"W1","seed":3,"at":{"match":{"kind":"create"}},"mode":"S"}')).toEqual({
    workload: 'W1',
    seed: 3,
    at: { match: { kind: 'create' }, occurrence: 1 },
    mode: 'S',
    // oxlint-disable-next-line unicorn/no-thenable -- a list, which no `await` takes for a promise
    then: [],
  });
  expect(() => parsePlan('{"workload":"X","seed":-1,"mode":"Z"}')).toThrow(/workload[\s\S]*seed[\s\S]*mode/);
});

test('the same seed chooses the same plans, another seed others, and no plan comes twice', () => {
  const names = choose(40, 7).map(planName);
  expect(choose(40, 7).map(planName)).toEqual(names);
  expect(choose(40, 8).map(planName)).not.toEqual(names);
  expect(new Set(names.map((name) => name.replace(/ seed=\d+$/, ''))).size).toBe(40);
});

test('all families have their share, and a heavy workload is chosen less often', () => {
  const plans = choose(40, 1);
  const stale = plans.filter(({ snapshot }) => snapshot !== undefined).length;
  const unobserved = plans.filter(({ watch }) => watch !== undefined).length;
  expect(stale).toBeGreaterThanOrEqual(4);
  expect(unobserved).toBeGreaterThanOrEqual(4);
  const heavy = plans.filter(({ workload }) => workload === 'W6').length;
  expect(heavy).toBeLessThan(6);
});

test('no more plans are chosen than there are', () => {
  expect(choose(100_000, 1)).toHaveLength(candidates.length);
});

test('plans in reserve are others, and what was chosen before them stays', () => {
  const given = { candidates, count: 20, seed: 3, weightOf: () => 1 };
  const without = choosePlans({ ...given, more: 0 });
  const { plans, reserve } = choosePlans({ ...given, more: 5 });
  expect(reserve).toHaveLength(5);
  expect(plans.map(planName).sort()).toEqual(without.plans.map(planName).sort());
  expect(new Set([...plans, ...reserve].map(planName)).size).toBe(25);
});
