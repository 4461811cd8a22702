// Danger: without a CPU limit one session starves the others; 0 means unlimited to the engine. Fields: spec.resources.cpu.
// Allowed: 50m to policy limits.maxCpu. Source: CIS Docker 5.12, requirements.md section 6 "cpu limit".

import { quantityRangeViolations } from '../quantity-range.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

const MINIMUM = '50m';

export const cpuLimit: Rule<SessionSubject> = {
  id: 'MCPS-403',
  severity: 'deny',
  title: 'CPU limit',
  why: 'Without a CPU limit one session starves the others of its node.',
  check: ({ spec }, policy) =>
    quantityRangeViolations({
      rule: 'MCPS-403',
      path: 'spec.resources.cpu',
      value: spec.resources.cpu,
      minimum: MINIMUM,
      maximum: policy.limits.maxCpu,
      minimumIs: 'the least that a container can work with',
      maximumIs: `the maximum of profile "${policy.profile}"`,
    }),
};
