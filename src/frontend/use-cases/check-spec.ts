// The verdict of the shared rules on a spec: the same one that admission and the node give.

import type { Policy } from '../../model/policy.ts';
import { parseSessionSpec } from '../../model/session.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { evaluate } from '../../rules/rule.ts';
import { sessionRules } from '../../rules/session-rules.ts';

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
  readonly policy: Policy;
}): CheckedSpec {
  const { policy } = input;
  const parsed = parseSessionSpec(input.raw);
  if (parsed.spec === null) return { spec: null, profile: policy.profile, violations: parsed.problems, warnings: [] };
  const subject = { spec: parsed.spec, labels: {}, annotations: input.annotations };
  return { spec: parsed.spec, profile: policy.profile, ...evaluate(sessionRules, subject, policy) };
}
