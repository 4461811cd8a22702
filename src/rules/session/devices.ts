// Danger: a device of the node (disk, memory, /dev itself) is the node. Fields: spec.security.devices[].hostPath.
// Allowed: what policy devices.allow lists by exact path below /dev (default nothing).
// Source: CIS Docker 5.18, requirements.md S0.C2.04, security.md 4.2 Devices (a directory maps all in it).

import { cleanPath } from '../../lib/posix-path.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import { allows, shownList } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const devices: Rule<SessionSubject> = {
  id: 'MCPS-206',
  severity: 'deny',
  title: 'devices of the node',
  why: 'A disk or memory device of the node is the node.',
  check: ({ spec }, policy) =>
    spec.security.devices.flatMap(({ hostPath, target }, index): Violation[] => {
      const path = `spec.security.devices[${index}]`;
      if (!isDevicePath(hostPath) || !allows(policy.devices.allow, hostPath)) {
        return [
          {
            rule: 'MCPS-206',
            kind: 'forbidden',
            path: `${path}.hostPath`,
            message: `${shownValue(hostPath)} is not in policy devices.allow (${shownList(policy.devices.allow)})`,
            fix: 'delete this device',
          },
        ];
      }
      if (target === '' || isDevicePath(target)) return [];
      return [
        {
          rule: 'MCPS-206',
          kind: 'invalid',
          path: `${path}.target`,
          value: target,
          message: 'is not a plain path below /dev',
          fix: 'delete target, or name a path below /dev',
        },
      ];
    }),
};

/** Plainly written and below /dev; "/dev" itself would map every device. */
export const isDevicePath = (path: string): boolean =>
  path.startsWith('/dev/') && cleanPath(path) === path && !path.includes(':');
