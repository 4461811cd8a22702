// The verdict of the shared rules on a spec: the same one that admission and the node give.

import { parseSessionSpec } from '../../model/session.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { judgeSession } from '../../rules/judge-session.ts';
import type { ChosenPolicies } from '../../rules/profile-choice.ts';

export interface CheckedSpec {
  /** null when the spec does not fit the schema; the violations then say where. */
  readonly spec: SessionSpec | null;
  readonly profile: string;
  readonly violations: readonly Violation[];
  readonly warnings: readonly Violation[];
}

export function checkSpec(input: {
  readonly raw: unknown;
  readonly annotations: Readonly<Record<string, string>>;
  readonly policies: ChosenPolicies;
}): CheckedSpec {
  const { policies } = input;
  const { profile } = policies.enforce.policy;
  const parsed = parseSessionSpec(input.raw);
  if (parsed.spec === null) return { spec: null, profile, violations: parsed.problems, warnings: [] };
  const subject = { spec: parsed.spec, labels: {}, annotations: input.annotations };
  const { violations, warnings } = judgeSession(subject, policies);
  return { spec: parsed.spec, profile, violations: [...policies.problems, ...violations], warnings };
}
