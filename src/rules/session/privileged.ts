// Danger: a privileged container has all capabilities, all devices and no seccomp: root on the node.
// Fields: spec.security.privileged. Allowed: false; true where policy privileged.allow is true.
// Source: CIS Docker 5.5, requirements.md S0.C2.01-05, PSS baseline "Privileged Containers".

import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const privileged: Rule<SessionSubject> = {
  id: 'MCPS-101',
  severity: 'deny',
  title: 'privileged containers',
  why: 'A privileged container is root on the node.',
  check: ({ spec }, policy) => {
    if (!spec.security.privileged || policy.privileged.allow) return [];
    return [
      {
        rule: 'MCPS-101',
        kind: 'forbidden',
        path: 'spec.security.privileged',
        message:
          'a privileged container is root on the node; policy privileged.allow (SAFETY_ALLOW_PRIVILEGED_CONTAINERS) is false',
        fix: 'delete spec.security.privileged',
      },
    ];
  },
};
