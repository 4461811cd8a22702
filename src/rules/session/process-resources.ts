// Danger: a process that runs or opens files without end wears its node out. Fields: spec.resources.{cpuTimeSeconds,openFiles}.
// Allowed: 1 second and 16 files, up to policy limits.maxCpuTimeSeconds and limits.maxOpenFiles. Source: CIS Docker 5.19, requirements.md section 6, K-09.

import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

/** Its own streams and a few libraries. */
const MIN_FILES = 16;

export const processResources: Rule<SessionSubject> = {
  id: 'MCPS-406',
  severity: 'deny',
  title: 'CPU time and open files of a process',
  why: 'A process that runs or opens files without end wears its node out.',
  check: ({ spec }, policy) => {
    const limits = [
      {
        field: 'cpuTimeSeconds',
        asked: spec.resources.cpuTimeSeconds,
        minimum: 1,
        maximum: policy.limits.maxCpuTimeSeconds,
      },
      { field: 'openFiles', asked: spec.resources.openFiles, minimum: MIN_FILES, maximum: policy.limits.maxOpenFiles },
    ];
    return limits.flatMap(({ field, asked, minimum, maximum }): Violation[] => {
      if (asked >= minimum && asked <= maximum) return [];
      const tooFew = asked < minimum;
      return [
        {
          rule: 'MCPS-406',
          kind: 'invalid',
          path: `spec.resources.${field}`,
          value: String(asked),
          message: tooFew
            ? `below ${minimum}, the least that a process needs`
            : `above ${maximum}, the maximum of profile "${policy.profile}"`,
          fix: tooFew ? `set ${field} >= ${minimum}` : `set ${field} <= ${maximum}`,
        },
      ];
    });
  },
};
