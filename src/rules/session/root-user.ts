// Danger: uid 0 or gid 0 in the container is uid 0 or gid 0 on the node wherever the two touch (mounts, kernel bugs).
// Fields: spec.user.uid, spec.user.gid. Allowed: 1 and above; 0 where policy rootUser.allow is true.
// Source: CIS Docker 4.1, PSS restricted "Running as Non-root", CVE-2024-40635, security.md 4.4 ("1000" runs with gid 0).

import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const rootUser: Rule<SessionSubject> = {
  id: 'MCPS-103',
  severity: 'deny',
  title: 'root user or group',
  why: 'Root in the container is root on the node wherever the two touch.',
  check: ({ spec }, policy) => {
    if (policy.rootUser.allow) return [];
    return (['uid', 'gid'] as const).flatMap((field): Violation[] => {
      if (spec.user[field] !== 0) return [];
      return [
        {
          rule: 'MCPS-103',
          kind: 'invalid',
          path: `spec.user.${field}`,
          value: '0',
          message: `root is not allowed; policy rootUser.allow is false`,
          fix: `set ${field} to 1 or above, or leave it out for 1001`,
        },
      ];
    });
  },
};
