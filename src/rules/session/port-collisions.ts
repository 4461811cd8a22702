// Danger: two publications of one port cannot both work, and which of them does is chance. Fields: spec.network.ports[].
// Allowed: each hostPort once per address (a missing address is every address); each containerPort once per address where the
// engine chooses. Source: security.md 11 class 11, design.md 8.21 (nothing that is asked is dropped).

import { isUnspecified, parseIpAddress } from '../../lib/ip-address.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const portCollisions: Rule<SessionSubject> = {
  id: 'MCPS-508',
  severity: 'deny',
  title: 'ports that are published twice',
  why: 'Of two publications of one port only one can work, and chance says which.',
  check: ({ spec: { network } }) =>
    network.ports.flatMap((port, index): Violation[] => {
      const first = network.ports.slice(0, index).findIndex((earlier) => collide(earlier, port));
      if (first === -1) return [];
      const message = `is the same port of the node as spec.network.ports[${first}]`;
      return [{ rule: 'MCPS-508', kind: 'invalid', path: `spec.network.ports[${index}]`, message, fix: 'keep one' }];
    }),
};

type Port = SessionSpec['network']['ports'][number];

function collide(left: Port, right: Port): boolean {
  const samePort =
    left.hostPort === 0 || right.hostPort === 0
      ? left.hostPort === right.hostPort && left.containerPort === right.containerPort
      : left.hostPort === right.hostPort;
  if (!samePort) return false;
  const [one, other] = [addressOf(left), addressOf(right)];
  return one === other || one === EVERYWHERE || other === EVERYWHERE;
}

const EVERYWHERE = '*';

/** One text per address, whatever its spelling. */
function addressOf({ hostIP = '' }: Port): string {
  const address = parseIpAddress(hostIP);
  if (hostIP === '' || (address !== null && isUnspecified(address))) return EVERYWHERE;
  return address === null ? hostIP : address.bytes.join('.');
}
