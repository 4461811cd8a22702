// Danger: a container that the engine restarts comes back after a deletion; one that it removes takes the evidence along.
// Fields: restartPolicy, autoRemove. Allowed: "no" or "", and false. Source: CIS Docker 5.15, security.md 4.2.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerRestart: Rule<ContainerSpec> = {
  id: 'MCPS-924',
  severity: 'deny',
  title: 'container: restart',
  why: 'A container that the engine restarts or removes by itself escapes the operator.',
  check: ({ restartPolicy, autoRemove }) => {
    const violations: Violation[] = [];
    if (restartPolicy !== 'no' && restartPolicy !== '') {
      violations.push(
        containerViolation({
          rule: 'MCPS-924',
          field: 'restartPolicy',
          message: `"${shownValue(restartPolicy)}" is not "no"`,
        }),
      );
    }
    if (autoRemove) violations.push(containerViolation({ rule: 'MCPS-924', field: 'autoRemove', message: 'is true' }));
    return violations;
  },
};
