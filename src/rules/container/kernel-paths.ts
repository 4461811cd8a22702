// Danger: an empty list unmasks everything, /proc/sysrq-trigger and /sys/firmware included.
// Fields: maskedPaths, readonlyPaths.
// Allowed: at least the lists of default-paths.ts.
// Source: security.md 4.2 MaskedPaths (measured), CVE-2025-31133, CVE-2025-52565.

import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import { DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS } from '../default-paths.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerKernelPaths: Rule<ContainerSpec> = {
  id: 'MCPS-909',
  severity: 'deny',
  title: 'container: masked paths',
  why: 'Unmasked files of /proc and /sys show and change the node.',
  check: ({ maskedPaths, readonlyPaths }) => {
    const lists = [
      { field: 'maskedPaths', has: maskedPaths, needs: DEFAULT_MASKED_PATHS },
      { field: 'readonlyPaths', has: readonlyPaths, needs: DEFAULT_READONLY_PATHS },
    ] as const;
    return lists.flatMap(({ field, has, needs }): Violation[] => {
      const missing = needs.filter((path) => !has.includes(path));
      return missing.length === 0
        ? []
        : [containerViolation({ rule: 'MCPS-909', field, message: `lacks ${missing.join(', ')}` })];
    });
  },
};
