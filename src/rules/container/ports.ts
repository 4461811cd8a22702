// Danger: the engine publishes on every address when the address is left out. Fields: ports, publishAllPorts.
// Allowed: one literal address, host port 0 or 1024 and above, TCP, and only with a network (K-39). Source: CIS Docker 5.8, 5.14.

import type { ContainerPort, ContainerSpec } from '../../model/container.ts';
import type { Policy } from '../../model/policy.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import { LOWEST_HOST_PORT } from '../session/low-host-port.ts';
import { hostIpProblem } from '../session/public-port.ts';
import { containerViolation } from './violation.ts';

export const containerPorts: Rule<ContainerSpec> = {
  id: 'MCPS-921',
  severity: 'deny',
  title: 'container: published ports',
  why: 'A port on every address of the node is open to whoever reaches the node.',
  check: ({ ports, publishAllPorts, networkMode }, policy) => {
    const violations = ports.flatMap((port): Violation[] => {
      const problem = WITHOUT_WAY_IN.test(networkMode) ? 'is published without a network' : portProblem(port, policy);
      return problem === null
        ? []
        : [containerViolation({ rule: 'MCPS-921', field: `ports[${port.containerPort}]`, message: problem })];
    });
    return publishAllPorts
      ? [...violations, containerViolation({ rule: 'MCPS-921', field: 'publishAllPorts', message: 'is true' })]
      : violations;
  },
};

/** The session's own network is internal: the engine accepts ports there and publishes none. */
const WITHOUT_WAY_IN = /^(?:none$|mcps-)/;

function portProblem({ protocol, hostIp, hostPort }: ContainerPort, policy: Policy): string | null {
  if (protocol !== 'tcp') return 'is not TCP';
  if (hostPort !== 0 && hostPort < LOWEST_HOST_PORT) return `host port ${hostPort} is below ${LOWEST_HOST_PORT}`;
  return hostIpProblem(hostIp, policy.ports.allowPublic)?.message ?? null;
}
