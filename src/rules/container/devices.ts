// Danger: a device of the node is the node. Fields: devices ("<path on the node>:<path in the container>[:<permissions>]").
// Allowed: what policy devices.allow lists by exact path below /dev. Source: CIS Docker 5.18.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import { allows } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import { isDevicePath } from '../session/devices.ts';
import { containerViolation } from './violation.ts';

export const containerDevices: Rule<ContainerSpec> = {
  id: 'MCPS-918',
  severity: 'deny',
  title: 'container: devices',
  why: 'A disk or memory device of the node is the node.',
  check: ({ devices }, policy) =>
    devices.flatMap((device): Violation[] => {
      const [hostPath = '', target = hostPath] = device.split(':');
      if (isDevicePath(hostPath) && isDevicePath(target) && allows(policy.devices.allow, hostPath)) return [];
      return [
        containerViolation({
          rule: 'MCPS-918',
          field: 'devices',
          message: `${shownValue(device)} is not in policy devices.allow`,
        }),
      ];
    }),
};
