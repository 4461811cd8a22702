// How much of a verdict is told: a hostile or broken spec breaks one rule a thousand times, and whoever reads the answer, or sends
// it on, has a bound. Every rule that was broken stays in it.

import { lengthOf } from '../lib/visible-text.ts';
import type { Violation } from '../model/violation.ts';

/** Violations of one rule that are told one by one. */
const MAX_PER_RULE = 20;
/** Runes of all warnings of one answer together: beyond 4,096 the API server cuts each to 256 and drops the rest. */
const MAX_WARNINGS_LENGTH = 3_800;

/** The first of each rule in their order, and behind the last of them how many more there are. */
export function boundedViolations(violations: readonly Violation[]): readonly Violation[] {
  if (violations.length <= MAX_PER_RULE) return violations;
  const totals = new Map<string, number>();
  for (const { rule } of violations) totals.set(rule, (totals.get(rule) ?? 0) + 1);
  const seen = new Map<string, number>();
  return violations.flatMap((violation) => {
    const { rule } = violation;
    const count = (seen.get(rule) ?? 0) + 1;
    seen.set(rule, count);
    if (count > MAX_PER_RULE) return [];
    const more = (totals.get(rule) ?? 0) - MAX_PER_RULE;
    return count === MAX_PER_RULE && more > 0 ? [violation, andMore(violation, more)] : [violation];
  });
}

const andMore = ({ rule, kind, path }: Violation, count: number): Violation => ({
  rule,
  kind,
  path,
  message: `and ${count} more that this rule refuses`,
  fix: 'mend these first',
});

/** Rendered warnings up to what the API server passes on whole; the last one then says how many are left out. */
export function boundedWarnings(warnings: readonly string[]): readonly string[] {
  const told: string[] = [];
  let length = 0;
  for (const warning of warnings) {
    length += lengthOf(warning);
    if (length > MAX_WARNINGS_LENGTH) return [...told, `and ${warnings.length - told.length} more warnings`];
    told.push(warning);
  }
  return told;
}
