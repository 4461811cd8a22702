// Danger: an engine takes any installed runtime or shim by name. Fields: runtime. Allowed: what policy runtimes.allow lists.
// Source: security.md 4.2 Runtime.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import { allows } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerRuntime: Rule<ContainerSpec> = {
  id: 'MCPS-922',
  severity: 'deny',
  title: 'container: OCI runtime',
  why: 'A runtime that policy does not know may not isolate at all.',
  check: ({ runtime }, policy) =>
    runtime !== '' && allows(policy.runtimes.allow, runtime)
      ? []
      : [
          containerViolation({
            rule: 'MCPS-922',
            field: 'runtime',
            message: `"${shownValue(runtime)}" is not in policy runtimes.allow`,
          }),
        ],
};
