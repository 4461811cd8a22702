// Danger: a kernel setting that is not kept in a namespace changes the node. Fields: sysctls. Allowed: names in policy
// sysctls.allow, in either spelling. Source: PSS baseline "Sysctls", security.md 4.2 Sysctls.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import { allows } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import { canonicalSysctl } from '../sysctl-name.ts';
import { containerViolation } from './violation.ts';

export const containerSysctls: Rule<ContainerSpec> = {
  id: 'MCPS-919',
  severity: 'deny',
  title: 'container: kernel settings',
  why: 'A kernel setting outside the namespaces of the container changes the node.',
  check: ({ sysctls }, policy) =>
    Object.keys(sysctls).flatMap((name): Violation[] => {
      if (allows(policy.sysctls.allow, canonicalSysctl(name))) return [];
      return [
        containerViolation({
          rule: 'MCPS-919',
          field: 'sysctls',
          message: `${shownValue(name)} is not in policy sysctls.allow`,
        }),
      ];
    }),
};
