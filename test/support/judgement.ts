// How tests look at a rule: what it says, exactly as a person reads it.

import { defaultPolicy, type Policy, policySchema } from '../../src/model/policy.ts';
import { renderCauseText } from '../../src/rules/render.ts';
import type { Rule } from '../../src/rules/rule.ts';

/** Every violation as "path: cause text", in the order of the rule. */
export function refusals<Subject>(
  rule: Rule<Subject>,
  subject: Subject,
  policy: Policy = defaultPolicy(),
): readonly string[] {
  return rule.check(subject, policy).map((violation) => `${violation.path}: ${renderCauseText(violation)}`);
}

/** The default policy with some settings replaced, as a policy file would. */
export const aPolicy = (settings: Readonly<Record<string, unknown>>): Policy => policySchema.parse(settings);
