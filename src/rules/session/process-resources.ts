// Danger: a process that runs or opens files without end wears its node out. Fields: spec.resources.{cpuTimeSeconds,openFiles}.
// Allowed: up to policy limits.maxCpuTimeSeconds and limits.maxOpenFiles. Source: CIS Docker 5.19, requirements.md section 6, K-09.

import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const processResources: Rule<SessionSubject> = {
  id: 'MCPS-406',
  severity: 'deny',
  title: 'CPU time and open files of a process',
  why: 'A process that runs or opens files without end wears its node out.',
  check: ({ spec }, policy) => {
    const limits = [
      { field: 'cpuTimeSeconds', asked: spec.resources.cpuTimeSeconds, maximum: policy.limits.maxCpuTimeSeconds },
      { field: 'openFiles', asked: spec.resources.openFiles, maximum: policy.limits.maxOpenFiles },
    ];
    return limits.flatMap(({ field, asked, maximum }): Violation[] => {
      if (asked <= maximum) return [];
      return [
        {
          rule: 'MCPS-406',
          kind: 'invalid',
          path: `spec.resources.${field}`,
          value: String(asked),
          message: `above ${maximum}, the maximum of profile "${policy.profile}"`,
          fix: `set ${field} <= ${maximum}`,
        },
      ];
    });
  },
};
