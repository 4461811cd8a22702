// Danger: a setuid program gives privileges back. Fields: noNewPrivileges. Allowed: true. Source: CIS Docker 5.26.

import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerNoNewPrivileges: Rule<ContainerSpec> = {
  id: 'MCPS-904',
  severity: 'deny',
  title: 'container: no new privileges',
  why: 'A setuid program would give privileges back.',
  check: ({ noNewPrivileges }) =>
    noNewPrivileges ? [] : [containerViolation({ rule: 'MCPS-904', field: 'noNewPrivileges', message: 'is false' })],
};
