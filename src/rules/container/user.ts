// Danger: "1000" and "1000:" run with gid 0, names are looked up in the image, large numbers wrap to root. Fields: user.
// Allowed: "<uid>:<gid>", plain decimal, both 1 to 2^31-1; 0 where policy rootUser.allow is true.
// Source: CIS Docker 4.1, CVE-2024-40635, CVE-2026-46680, security.md 4.4 User (measured).

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerUser: Rule<ContainerSpec> = {
  id: 'MCPS-903',
  severity: 'deny',
  title: 'container: user',
  why: 'Root in the container is root on the node wherever the two touch.',
  check: ({ user }, policy) => {
    const ids = /^(0|[1-9][0-9]{0,9}):(0|[1-9][0-9]{0,9})$/.exec(user)?.slice(1).map(Number) ?? [];
    const lowest = policy.rootUser.allow ? 0 : 1;
    if (ids.length === 2 && ids.every((id) => id >= lowest && id <= MAX_ID)) return [];
    return [
      containerViolation({
        rule: 'MCPS-903',
        field: 'user',
        message: `"${shownValue(user)}" is not "<uid>:<gid>" with both above 0`,
      }),
    ];
  },
};

/** What the kernel and every engine read the same way. */
const MAX_ID = 2_147_483_647;
