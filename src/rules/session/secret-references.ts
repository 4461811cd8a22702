// Danger: a reference that is accepted but not resolved starts a program without its secret; one resolved with the operator's
// rights reads secrets for people who may not. Fields: spec.env[].valueFrom, spec.imagePullSecrets. Allowed: none in this
// release. Source: design.md 8.12.

import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const secretReferences: Rule<SessionSubject> = {
  id: 'MCPS-604',
  severity: 'deny',
  title: 'references to Secrets and ConfigMaps',
  why: 'A reference that is accepted but not resolved starts a program without what it needs.',
  check: ({ spec }) => {
    const violations = spec.env.flatMap(({ valueFrom }, index): Violation[] => {
      if (valueFrom === undefined) return [];
      return [
        {
          rule: 'MCPS-604',
          kind: 'forbidden',
          path: `spec.env[${index}].valueFrom`,
          message: 'values from Secrets and ConfigMaps are not available in this release',
          fix: 'set a value that is not secret, or delete this variable',
        },
      ];
    });
    if (spec.imagePullSecrets.length === 0) return violations;
    return [
      ...violations,
      {
        rule: 'MCPS-604',
        kind: 'forbidden',
        path: 'spec.imagePullSecrets',
        message: 'pull secrets are not available in this release',
        fix: 'delete it; use an image that the node has or that needs no login',
      },
    ];
  },
};
