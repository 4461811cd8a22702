// Danger: who listens on a port of the engine, the kubelet or a NodePort of the cluster is taken for that service.
// Fields: spec.network.ports[].hostPort. Allowed: 0 (the engine chooses), or a port that is nobody's (network/reserved-ports.ts).
// Source: security.md 4.2 PortBindings, requirements.md S4.CHK.01, Kubernetes "Ports and Protocols".

import type { Violation } from '../../model/violation.ts';
import { ownerOfPort } from '../network/reserved-ports.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const reservedHostPort: Rule<SessionSubject> = {
  id: 'MCPS-507',
  severity: 'deny',
  title: 'host ports of node and cluster',
  why: 'Who listens on a port of the engine or the cluster is taken for that service.',
  check: ({ spec }) =>
    spec.network.ports.flatMap(({ hostPort }, index): Violation[] => {
      const owner = ownerOfPort(hostPort);
      if (owner === null) return [];
      return [
        {
          rule: 'MCPS-507',
          kind: 'forbidden',
          path: `spec.network.ports[${index}].hostPort`,
          message: `port ${hostPort} of the node belongs to ${owner}`,
          fix: 'leave hostPort out, or choose another port',
        },
      ];
    }),
};
