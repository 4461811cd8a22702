// Danger: a key of no known form in a spec is as readable as any other. A warning, because random words are often no secret.
// Fields: spec.env[].value. Allowed: without a warning, words of fewer than 20 characters or of little entropy, UUIDs, hashes,
// digests, integrity values, encoded images; policy env.entropy "deny" refuses instead (MCPS-614). The value is never shown.
// Source: requirements.md S0.L3.02, K-12.

import type { Rule } from '../rule.ts';
import { randomSecretViolations } from '../secret/literal-secret-violations.ts';
import type { SessionSubject } from '../session-subject.ts';

export const randomSecret: Rule<SessionSubject> = {
  id: 'MCPS-613',
  severity: 'warn',
  title: 'values that look like keys',
  why: 'A key in a spec is readable for everybody who may read the session.',
  check: ({ spec }, policy) => (policy.env.entropy === 'warn' ? randomSecretViolations(spec, 'MCPS-613') : []),
};
