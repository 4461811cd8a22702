// Goal 28: what the session rules cost, all of them, under the default policy. Counted in microseconds, not as a ratio: there is
// nothing to compare with, and a gate has a budget.

import { defaultPolicy } from '../../../src/model/policy.ts';
import type { SessionSpec } from '../../../src/model/session-spec.ts';
import { parseSessionSpec } from '../../../src/model/session.ts';
import { evaluate } from '../../../src/rules/rule.ts';
import { sessionRules } from '../../../src/rules/session-rules.ts';
import { fullSpec } from '../../support/hostile-reviews.ts';
import type { RowGroup } from '../kit/context.ts';
import { GOALS } from '../kit/goals.ts';
import { type BenchRow, judge } from '../kit/judge.ts';
import { percentile } from '../kit/statistics.ts';
import { ordinarySpec } from '../webhook/review.ts';

export const rules: RowGroup = { name: 'rules', numbers: [28], measure: () => Promise.resolve(measure()) };

/** The first quarter meets code that is not compiled yet, and is thrown away. */
const ORDINARY_TIMES = 20_000;
const LARGEST_TIMES = 400;

function measure(): readonly BenchRow[] {
  const ordinary = evaluations(ordinarySpec(), ORDINARY_TIMES);
  const largest = evaluations(largestSpec(), LARGEST_TIMES);
  const row = (micros: readonly number[], part: number) => ({
    value: percentile(micros, part),
    n: micros.length,
    aa: null,
    note: `${sessionRules.length} rules`,
  });
  return [
    judge(GOALS.rules, row(ordinary, 0.5)),
    judge(GOALS.rulesTail, row(ordinary, 0.99)),
    judge(GOALS.rulesLargest, row(largest, 0.5)),
  ];
}

/** Microseconds of each. */
function evaluations(spec: SessionSpec, times: number): readonly number[] {
  const policy = defaultPolicy();
  const micros = Array.from({ length: times }, () => {
    const subject = { spec: structuredClone(spec), labels: { app: 'tool', team: 'a' }, annotations: {} }; // never the same object
    const startedMs = performance.now();
    evaluate(sessionRules, subject, policy);
    return (performance.now() - startedMs) * 1000;
  });
  return micros.slice(times / 4);
}

function largestSpec(): SessionSpec {
  const { spec } = parseSessionSpec(fullSpec('a'));
  if (spec === null) throw new RangeError('the largest spec does not fit the schema');
  return spec;
}
