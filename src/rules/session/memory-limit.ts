// Danger: without a memory limit one session takes the node down; 0 means unlimited to the engine. Fields: spec.resources.memory.
// Allowed: policy limits.minMemory to limits.maxMemory. Source: CIS Docker 5.11, requirements.md section 6 "memory".

import { quantityRangeViolations } from '../quantity-range.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const memoryLimit: Rule<SessionSubject> = {
  id: 'MCPS-404',
  severity: 'deny',
  title: 'memory limit',
  why: 'Without a memory limit one session takes its node down.',
  check: ({ spec }, policy) =>
    quantityRangeViolations({
      rule: 'MCPS-404',
      path: 'spec.resources.memory',
      value: spec.resources.memory,
      minimum: policy.limits.minMemory,
      maximum: policy.limits.maxMemory,
      minimumIs: `the minimum of profile "${policy.profile}"`,
      maximumIs: `the maximum of profile "${policy.profile}"`,
    }),
};
