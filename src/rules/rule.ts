// The shape of a law. A rule is one file with one pure function: same subject and policy, same verdict, at every gate.

import type { Policy } from '../model/policy.ts';
import type { Violation } from '../model/violation.ts';

export interface Rule<Subject> {
  /** "MCPS-nnn"; the first digit is the family (ux.md 2.2). Never reused. */
  readonly id: string;
  readonly severity: 'deny' | 'warn';
  /** A few words for tables. Example: "privileged containers". */
  readonly title: string;
  /** One sentence: what goes wrong without the rule. */
  readonly why: string;
  /** Who owns what is no safety check: such a rule holds even where policy switches all others off (K-02). */
  readonly holdsAlways?: true;
  check(subject: Subject, policy: Policy): readonly Violation[];
}

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly warnings: readonly Violation[];
}

/** All violations at once, ordered by path and then by rule, so that the same spec always reads the same. */
export function evaluate<Subject>(rules: readonly Rule<Subject>[], subject: Subject, policy: Policy): Verdict {
  const violations: Violation[] = [];
  const warnings: Violation[] = [];
  for (const rule of rules) {
    if (policy.yolo && rule.holdsAlways !== true) continue; // the one place where rules are bypassed (K-02)
    const found = rule.check(subject, policy);
    if (found.length > 0) (rule.severity === 'deny' ? violations : warnings).push(...found);
  }
  return { violations: violations.sort(byPathThenRule), warnings: warnings.sort(byPathThenRule) };
}

function byPathThenRule(left: Violation, right: Violation): number {
  return compare(left.path, right.path) || compare(left.rule, right.rule) || compare(left.message, right.message);
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
