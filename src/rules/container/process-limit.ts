// Danger: null, 0 and -1 all mean unlimited. Fields: pidsLimit. Allowed: 1 to policy limits.maxPids.
// Source: CIS Docker 5.29, security.md 4.2 PidsLimit (measured).

import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerProcessLimit: Rule<ContainerSpec> = {
  id: 'MCPS-913',
  severity: 'deny',
  title: 'container: process limit',
  why: 'A fork bomb takes the process table of the node.',
  check: ({ pidsLimit }, policy) => {
    const { maxPids } = policy.limits;
    if (pidsLimit > 0 && pidsLimit <= maxPids) return [];
    return [
      containerViolation({
        rule: 'MCPS-913',
        field: 'pidsLimit',
        message: `${pidsLimit} is not between 1 and ${maxPids}`,
      }),
    ];
  },
};
