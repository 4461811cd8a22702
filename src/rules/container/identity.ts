// Danger: a container without its labels is adopted by the wrong session, or by none. Fields: containerName, identity, imageId.
// Allowed: the name of the UID, every label set, an image by id. Source: security.md 0.4 and I-invariants, design.md 4.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import { containerNameOf } from '../../model/names.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerIdentity: Rule<ContainerSpec> = {
  id: 'MCPS-928',
  severity: 'deny',
  title: 'container: identity',
  why: 'A container without its labels belongs to nobody and is never cleaned up.',
  holdsAlways: true,
  check: ({ containerName, identity, imageId }) => {
    const violations: Violation[] = [];
    const texts = ['cluster', 'node', 'uid', 'namespace', 'name', 'specHash'] as const;
    for (const field of texts) {
      if (identity[field] === '')
        violations.push(containerViolation({ rule: 'MCPS-928', field: `identity.${field}`, message: 'is empty' }));
    }
    for (const [field, least] of [
      ['instanceGeneration', 1],
      ['attempt', 0],
    ] as const) {
      const value = identity[field];
      if (Number.isSafeInteger(value) && value >= least) continue;
      violations.push(
        containerViolation({
          rule: 'MCPS-928',
          field: `identity.${field}`,
          message: `${value} is not ${least} or above`,
        }),
      );
    }
    if (containerName !== containerNameOf(identity)) {
      const message = `"${shownValue(containerName)}" is not the name of its UID and generation`;
      violations.push(containerViolation({ rule: 'MCPS-928', field: 'containerName', message }));
    }
    if (!/^sha256:[0-9a-f]{64}$/.test(imageId)) {
      violations.push(
        containerViolation({
          rule: 'MCPS-928',
          field: 'imageId',
          message: `"${shownValue(imageId)}" is not an image id`,
        }),
      );
    }
    return violations;
  },
};
