// Danger: a capability that was not dropped, or that was added in any spelling. Fields: capabilitiesDropped, capabilitiesAdded.
// Allowed: dropped exactly ALL; added what policy capabilities.allow lists. Source: CIS Docker 5.4, security.md 4.2 CapAdd, CapDrop.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import { allows } from '../allow-list.ts';
import { canonicalCapability } from '../capability-name.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerCapabilities: Rule<ContainerSpec> = {
  id: 'MCPS-902',
  severity: 'deny',
  title: 'container: capabilities',
  why: 'A single capability can be enough to leave the container.',
  check: ({ capabilitiesAdded, capabilitiesDropped }, policy) => {
    const allowed = policy.capabilities.allow.map(canonicalCapability);
    const violations: Violation[] = [];
    if (capabilitiesDropped.length !== 1 || capabilitiesDropped[0] !== 'ALL') {
      violations.push(
        containerViolation({ rule: 'MCPS-902', field: 'capabilitiesDropped', message: 'is not exactly ["ALL"]' }),
      );
    }
    const refused = capabilitiesAdded.filter((name) => !allows(allowed, canonicalCapability(name)));
    if (refused.length > 0) {
      const message = `${shownValue(refused.join(', '))} is not in policy capabilities.allow`;
      violations.push(containerViolation({ rule: 'MCPS-902', field: 'capabilitiesAdded', message }));
    }
    return violations;
  },
};
