// Danger: a secret in a spec is in etcd, in Git, in `kubectl get -o yaml` and in the context of a model. A warning, because only
// people know. Fields: spec.env[].{name,value}. Allowed: without a warning, names and values that do not look like secrets; policy
// env.literalSecrets "deny" refuses instead (MCPS-611). The value is never shown.
// Source: requirements.md S0.L3.01, K-36; CIS Kubernetes 5.4.1.

import type { Rule } from '../rule.ts';
import { literalSecretViolations } from '../secret/literal-secret-violations.ts';
import type { SessionSubject } from '../session-subject.ts';

export const literalSecret: Rule<SessionSubject> = {
  id: 'MCPS-605',
  severity: 'warn',
  title: 'literal secrets',
  why: 'A secret in a spec is readable for everybody who may read the session.',
  check: ({ spec }, policy) => (policy.env.literalSecrets === 'warn' ? literalSecretViolations(spec, 'MCPS-605') : []),
};
