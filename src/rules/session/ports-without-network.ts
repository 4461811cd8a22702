// Danger: a published port that leads nowhere looks like a service that works. Fields: spec.network.ports.
// Allowed: none while spec.network.mode is "none". Source: requirements.md K-39.

import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const portsWithoutNetwork: Rule<SessionSubject> = {
  id: 'MCPS-504',
  severity: 'deny',
  title: 'ports without a network',
  why: 'A published port that leads nowhere looks like a service that works.',
  check: ({ spec }) => {
    const { mode, ports } = spec.network;
    if (mode !== 'none' || ports.length === 0) return [];
    return [
      {
        rule: 'MCPS-504',
        kind: 'forbidden',
        path: 'spec.network.ports',
        message: 'publishing ports needs a network, and spec.network.mode is "none"',
        fix: 'delete spec.network.ports',
      },
    ];
  },
};
