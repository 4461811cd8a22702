// Danger: 0 means unlimited; a huge weight starves others. Fields: nanoCpus, cpuShares. Allowed: above 0 up to policy
// limits.maxCpu; a weight of at most 1024. Source: CIS Docker 5.12, security.md 4.2 NanoCpus, CpuShares.

import { parseCpuNano } from '../../lib/quantity.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerCpu: Rule<ContainerSpec> = {
  id: 'MCPS-911',
  severity: 'deny',
  title: 'container: CPU',
  why: 'Without a CPU limit one session starves the others of its node.',
  check: ({ nanoCpus, cpuShares }, policy) => {
    const violations: Violation[] = [];
    const { maxCpu } = policy.limits;
    if (!(nanoCpus > 0 && nanoCpus <= (parseCpuNano(maxCpu) ?? 0))) {
      violations.push(
        containerViolation({
          rule: 'MCPS-911',
          field: 'nanoCpus',
          message: `${nanoCpus} is not above 0 and at most ${maxCpu} cores`,
        }),
      );
    }
    if (!(cpuShares >= 0 && cpuShares <= MAX_SHARES)) {
      violations.push(
        containerViolation({
          rule: 'MCPS-911',
          field: 'cpuShares',
          message: `${cpuShares} is not between 0 and ${MAX_SHARES}`,
        }),
      );
    }
    return violations;
  },
};

/** The weight of a container that asks for none. */
const MAX_SHARES = 1024;
