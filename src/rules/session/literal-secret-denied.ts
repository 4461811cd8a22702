// Danger: as MCPS-605; refused where policy env.literalSecrets is "deny", as in profile production.
// Fields: spec.env[].{name,value}. Allowed: names and values that do not look like secrets. The value is never shown.
// Source: requirements.md S0.L3.01, K-36; CIS Kubernetes 5.4.1.

import type { Rule } from '../rule.ts';
import { literalSecretViolations } from '../secret/literal-secret-violations.ts';
import type { SessionSubject } from '../session-subject.ts';

export const literalSecretDenied: Rule<SessionSubject> = {
  id: 'MCPS-611',
  severity: 'deny',
  title: 'literal secrets (refused)',
  why: 'A secret in a spec is readable for everybody who may read the session.',
  check: ({ spec }, policy) => (policy.env.literalSecrets === 'deny' ? literalSecretViolations(spec, 'MCPS-611') : []),
};
