// The session rules with the profiles that the labels of a namespace choose: one refuses, one warns, one is only recorded.

import type { Violation } from '../model/violation.ts';
import type { ChosenPolicies } from './profile-choice.ts';
import { evaluate, type Verdict } from './rule.ts';
import type { SessionSubject } from './session-subject.ts';
import { sessionRules } from './session-rules.ts';

export interface SessionVerdict extends Verdict {
  /** Rules that refuse it under the profile of the audit label; sorted. */
  readonly audited: readonly string[];
}

export function judgeSession(subject: SessionSubject, policies: ChosenPolicies): SessionVerdict {
  const { violations, warnings } = evaluate(sessionRules, subject, policies.enforce.policy);
  const refusals = (chosen: ChosenPolicies['warn']): readonly Violation[] =>
    chosen === null ? [] : evaluate(sessionRules, subject, chosen.policy).violations;
  const known = new Set(violations.map(nameOf));
  const foretold = refusals(policies.warn).filter((violation) => !known.has(nameOf(violation)));
  const profile = policies.warn?.policy.profile ?? '';
  return {
    violations,
    warnings: [...warnings, ...foretold.map((violation) => asWarning(violation, profile))],
    audited: [...new Set(refusals(policies.audit).map(({ rule }) => rule))].sort(),
  };
}

const nameOf = ({ rule, path }: Violation): string => `${rule} ${path}`;

const asWarning = (violation: Violation, profile: string): Violation => ({
  ...violation,
  message: `profile "${profile}" refuses this: ${violation.message}`,
});
