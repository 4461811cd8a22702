import { expect, test } from 'vitest';
import { createLedger } from '../../faults/ledger.ts';
import { planSchema } from '../../faults/plan.ts';
import { reportOf } from '../../faults/report.ts';
import type { PlanResult } from '../../faults/result.ts';

const plan = (seed: number) => planSchema.parse({ workload: 'W1', seed, mode: 'S', at: { n: 1 } });
const result = (seed: number, change: Partial<PlanResult> = {}): { readonly result: PlanResult } => ({
  result: {
    ...{ plan: plan(seed), reached: true, violations: [], seconds: 1, quietSeconds: 0 },
    ...{ summary: {}, effects: [], events: {}, timeline: [], ...change },
  },
});
test('a wrong victim has to be one again', () => {
  const violations = ['I7 container c1 of session s1 was removed, and nobody had ended it'];
  expect(createLedger([]).take(result(1, { violations }))).toEqual(plan(1));
});

const late = { violations: ['I3 session s1 is lost'] };
const report = (ledger: ReturnType<typeof createLedger>, asked: number) =>
  reportOf({ ledger, asked, finished: true, files: new Map(), cleanAlarms: 0, seconds: 10, seed: 1 });

test('a plan whose fault never happened is replaced by the next one in reserve, and counts for nothing', () => {
  const ledger = createLedger([plan(8), plan(9)]);
  expect(ledger.take(result(1, { reached: false }))).toEqual(plan(8));
  expect(ledger.take(result(8))).toBeNull();
  expect(report(ledger, 1)).toMatchObject({ plans: 1, passed: 1, unreached: 1, missing: 0 });
});

test('a plan that nobody can stand in for is missing', () => {
  const ledger = createLedger([]);
  expect(ledger.take(result(1, { reached: false }))).toBeNull();
  expect(ledger.take(result(2))).toBeNull();
  expect(report(ledger, 2)).toMatchObject({ plans: 1, passed: 1, unreached: 1, missing: 1 });
});

test('a plan that fails is run again: it is confirmed, or a false alarm', () => {
  const ledger = createLedger([plan(9)]);
  expect(ledger.take(result(1, late))).toEqual(plan(1));
  expect(ledger.take(result(2, { ...late, reached: false }))).toEqual(plan(2));
  expect(report(ledger, 2)).toMatchObject({ plans: 2, violations: 0, falseAlarms: 0, passed: 0 });
  expect(ledger.take(result(1, late))).toBeNull();
  expect(ledger.take(result(2))).toBeNull();
  expect(report(ledger, 2)).toMatchObject({
    ...{ plans: 2, violations: 1, falseAlarms: 1, passed: 0, violationsByInvariant: { I3: 1 } },
    byMode: { S: { plans: 2, failed: 1 } },
    byWorkload: { W1: { plans: 2, failed: 1 } },
  });
});

test.each(['I2 two of them', 'I7 a sentinel', 'I8 a container', 'I5 at the instant when it went'])(
  'what was seen at an instant needs no second run: %s',
  (seen) => {
    const ledger = createLedger([]);
    expect(ledger.take(result(1, { violations: ['I3 late', seen] }))).toBeNull();
    expect(report(ledger, 1)).toMatchObject({ violations: 1, falseAlarms: 0 });
  },
);

test('a plan that breaks the rig is told apart', () => {
  const ledger = createLedger([]);
  expect(ledger.take({ broken: 'no answer', plan: plan(1) })).toBeNull();
  expect(report(ledger, 1)).toMatchObject({ plans: 0, missing: 0, broken: ['W1 S #1 seed=1: no answer'] });
});
