// Danger: group 0 or the docker group turns any mount into root on the node. Fields: groups. Allowed: none.
// Source: security.md 4.2 GroupAdd (measured).

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerGroups: Rule<ContainerSpec> = {
  id: 'MCPS-920',
  severity: 'deny',
  title: 'container: supplementary groups',
  why: 'A group such as root or docker turns any mount into root on the node.',
  check: ({ groups }) =>
    groups.length === 0
      ? []
      : [containerViolation({ rule: 'MCPS-920', field: 'groups', message: `holds ${shownValue(groups.join(', '))}` })],
};
