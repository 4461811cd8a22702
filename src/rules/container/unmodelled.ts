// Danger: a setting that the model does not know was set by somebody else. Fields: unmodelled. Allowed: none.
// Source: design.md 4 "Build, never filter"; security.md 4.2 (every field of the engine has a verdict).

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerUnmodelled: Rule<ContainerSpec> = {
  id: 'MCPS-929',
  severity: 'deny',
  title: 'container: unknown settings',
  why: 'A setting that nobody looks at protects nothing and may open everything.',
  check: ({ unmodelled }) =>
    unmodelled.length === 0
      ? []
      : [
          containerViolation({
            rule: 'MCPS-929',
            field: 'unmodelled',
            message: `${shownValue(unmodelled.join(', '))} is set`,
          }),
        ],
};
