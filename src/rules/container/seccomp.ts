// Danger: without the filter the whole kernel interface is open. Fields: seccomp. Allowed: "RuntimeDefault"; the operator's own
// profile joins when it exists (issue 5). Source: CIS Docker 5.22, security.md 4.2 SecurityOpt.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerSeccomp: Rule<ContainerSpec> = {
  id: 'MCPS-905',
  severity: 'deny',
  title: 'container: seccomp',
  why: 'Without the seccomp filter the whole kernel interface is open.',
  check: ({ seccomp }) =>
    seccomp === 'RuntimeDefault'
      ? []
      : [
          containerViolation({
            rule: 'MCPS-905',
            field: 'seccomp',
            message: `"${shownValue(seccomp)}" is not RuntimeDefault`,
          }),
        ],
};
