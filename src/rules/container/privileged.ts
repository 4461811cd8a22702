// Danger: a privileged container has all capabilities and devices. Fields: privileged. Allowed: false, or policy privileged.allow.
// Source: CIS Docker 5.5, security.md 4.2 (inspect must show false after start: the v1.23 start trick).

import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerPrivileged: Rule<ContainerSpec> = {
  id: 'MCPS-901',
  severity: 'deny',
  title: 'container: privileged',
  why: 'A privileged container is root on the node.',
  check: ({ privileged }, policy) =>
    privileged && !policy.privileged.allow
      ? [
          containerViolation({
            rule: 'MCPS-901',
            field: 'privileged',
            message: 'is true; a privileged container is root on the node',
          }),
        ]
      : [],
};
