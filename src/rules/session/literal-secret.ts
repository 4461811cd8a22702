// Danger: a secret in a spec is in etcd, in Git, in `kubectl get -o yaml` and in the context of a model. A warning, because only
// people know. Fields: spec.env[]. Silent: names and values that do not look like secrets. The value is never shown.
// Source: requirements.md S0.L3, K-12, K-36; CIS Kubernetes 5.4.1.

import type { Violation } from '../../model/violation.ts';
import { shownValue } from '../../lib/visible-text.ts';
import { hasSecretShape, isPlainSetting, isSecretName } from '../environment-value/secret-shape.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const literalSecret: Rule<SessionSubject> = {
  id: 'MCPS-605',
  severity: 'warn',
  title: 'literal secrets',
  why: 'A secret in a spec is readable for everybody who may read the session.',
  check: ({ spec }) =>
    spec.env.flatMap(({ name, value }, index): Violation[] => {
      if (value === undefined || isPlainSetting(value)) return [];
      const named = isSecretName(name);
      if (!named && !hasSecretShape(value)) return [];
      return [
        {
          rule: 'MCPS-605',
          kind: 'invalid',
          path: `spec.env[${index}].value`,
          message: `the ${named ? 'name' : 'value'} of ${shownValue(name)} looks like that of a secret`,
          fix: 'keep secrets out of the spec',
        },
      ];
    }),
};
