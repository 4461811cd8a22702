// What has come of the plans of a run so far, and what is to be done next: a plan that fails is run once more, and one whose fault never
// happened is replaced by another. Pure.

import { type Plan, planName } from './plan.ts';
import type { Outcome } from './pool.ts';
import type { PlanResult } from './result.ts';

export interface Ledger {
  /** Takes an outcome in; returns the plan that has to be run because of it, null for none. */
  take(outcome: Outcome): Plan | null;
  /** The first run of every plan. */
  readonly results: readonly PlanResult[];
  readonly failing: readonly Failing[];
  readonly broken: readonly string[];
}

export interface Failing {
  readonly result: PlanResult;
  /** Whether it failed again; null while it was not run again. */
  readonly again: boolean | null;
}

/**
 * Seen at an instant by somebody who was there: a second run proves nothing against it. A wrong victim is put together from two
 * observers (judge/victims.ts), and has to be one again.
 */
const NEEDS_NO_PROOF = /^I(?:[28] |7 (?!container )|\d+ at the instant )/;

export const isProof = (violations: readonly string[]): boolean => violations.some((text) => NEEDS_NO_PROOF.test(text));

/** `reserve`: plans that stand in, the first one first. */
export function createLedger(reserve: readonly Plan[]): Ledger {
  const waiting = [...reserve];
  const results: PlanResult[] = [];
  const failing = new Map<string, { readonly result: PlanResult; again: boolean | null }>();
  const broken: string[] = [];

  const first = (result: PlanResult): Plan | null => {
    const { plan, violations, reached } = result;
    results.push(result);
    if (violations.length === 0) return reached ? null : (waiting.shift() ?? null);
    const again = isProof(violations) ? true : null;
    failing.set(planName(plan), { result, again });
    return again === null ? plan : null;
  };

  return {
    results,
    broken,
    get failing() {
      return [...failing.values()];
    },
    take(outcome) {
      if ('broken' in outcome) {
        broken.push(`${planName(outcome.plan)}: ${outcome.broken}`);
        return null;
      }
      const { result } = outcome;
      const known = failing.get(planName(result.plan));
      if (known === undefined) return first(result);
      known.again = result.violations.length > 0;
      return null;
    },
  };
}
