// Danger: as MCPS-613; refused where policy env.entropy is "deny". Fields: spec.env[].value.
// Allowed: what does not look random: see MCPS-613. The value is never shown. Source: requirements.md S0.L3.02, K-12.

import type { Rule } from '../rule.ts';
import { randomSecretViolations } from '../secret/literal-secret-violations.ts';
import type { SessionSubject } from '../session-subject.ts';

export const randomSecretDenied: Rule<SessionSubject> = {
  id: 'MCPS-614',
  severity: 'deny',
  title: 'values that look like keys (refused)',
  why: 'A key in a spec is readable for everybody who may read the session.',
  check: ({ spec }, policy) => (policy.env.entropy === 'deny' ? randomSecretViolations(spec, 'MCPS-614') : []),
};
