// Danger: /proc/self/fd/8 as the working directory reaches the file system of the node. Fields: workingDir.
// Allowed: absolute, plainly written, not below /proc, /sys or /dev. Source: CVE-2024-21626, security.md 4.4 WorkingDir.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import { workingDirProblem } from '../container-path.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerWorkingDir: Rule<ContainerSpec> = {
  id: 'MCPS-926',
  severity: 'deny',
  title: 'container: working directory',
  why: 'A working directory below /proc reaches open files of the runtime.',
  check: ({ workingDir }) => {
    const problem = workingDirProblem(workingDir);
    if (problem === null) return [];
    return [
      containerViolation({ rule: 'MCPS-926', field: 'workingDir', message: `${shownValue(workingDir)} ${problem}` }),
    ];
  },
};
