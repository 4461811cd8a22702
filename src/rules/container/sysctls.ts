// Danger: a kernel setting that is not kept in a namespace changes the node. Fields: sysctls. Allowed: names in policy
// sysctls.allow, in either spelling, with plain values. Source: PSS baseline "Sysctls", security.md 4.2 Sysctls.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import { allows } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import { canonicalSysctl, isPlainSysctlValue, isSysctlName } from '../sysctl-name.ts';
import { containerViolation } from './violation.ts';

export const containerSysctls: Rule<ContainerSpec> = {
  id: 'MCPS-919',
  severity: 'deny',
  title: 'container: kernel settings',
  why: 'A kernel setting outside the namespaces of the container changes the node.',
  check: ({ sysctls }, policy) =>
    Object.entries(sysctls).flatMap(([name, value]): Violation[] => {
      const canonical = canonicalSysctl(name);
      const allowed = isSysctlName(canonical) && allows(policy.sysctls.allow, canonical);
      if (allowed && isPlainSysctlValue(value)) return [];
      const problem = allowed ? 'has a value that is not plain' : 'is not in policy sysctls.allow';
      return [containerViolation({ rule: 'MCPS-919', field: 'sysctls', message: `${shownValue(name)} ${problem}` })];
    }),
};
