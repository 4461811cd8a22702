// Danger: a port below 1024 on the node impersonates one of its services. Fields: spec.network.ports[].hostPort.
// Allowed: 0 (the engine chooses) or 1024 and above. Source: CIS Docker 5.8, requirements.md section 6 "ports".

import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const LOWEST_HOST_PORT = 1024;

export const lowHostPort: Rule<SessionSubject> = {
  id: 'MCPS-503',
  severity: 'deny',
  title: 'host ports below 1024',
  why: 'A low port on the node impersonates one of its services.',
  check: ({ spec }) =>
    spec.network.ports.flatMap(({ hostPort }, index): Violation[] => {
      if (hostPort === 0 || hostPort >= LOWEST_HOST_PORT) return [];
      return [
        {
          rule: 'MCPS-503',
          kind: 'invalid',
          path: `spec.network.ports[${index}].hostPort`,
          value: String(hostPort),
          message: `below ${LOWEST_HOST_PORT}, which services of the node use`,
          fix: 'leave it out, or set 1024 or above',
        },
      ];
    }),
};
