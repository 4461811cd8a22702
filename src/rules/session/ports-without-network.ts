// Danger: a published port that leads nowhere looks like a service that works: the engine accepts ports on an internal network, and
// publishes none of them (measured, 20.10). Fields: spec.network.ports. Allowed: none while spec.network.mode is "none" or "isolated".
// Source: requirements.md K-39.

import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const portsWithoutNetwork: Rule<SessionSubject> = {
  id: 'MCPS-504',
  severity: 'deny',
  title: 'ports without a network',
  why: 'A published port that leads nowhere looks like a service that works.',
  check: ({ spec }) => {
    const { mode, ports } = spec.network;
    if (mode === 'egress' || ports.length === 0) return []; // MCPS-501 refuses that mode
    return [
      {
        rule: 'MCPS-504',
        kind: 'forbidden',
        path: 'spec.network.ports',
        message:
          mode === 'none'
            ? 'publishing ports needs a network, and spec.network.mode is "none"'
            : 'an isolated network has no way in, and spec.network.mode is "isolated"',
        fix: 'delete spec.network.ports',
      },
    ];
  },
};
