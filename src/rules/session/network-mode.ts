// Danger: a network that is granted but not enforced reaches everything the node reaches. Fields: spec.network.{mode,egress}.
// Allowed: "none"; "isolated", which is a bridge of the session alone and no way out of it, and no mode of the engine beside it. No egress
// targets: "egress" is refused until it is enforced. Source: design.md 8.16, requirements.md K-20.

import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const networkMode: Rule<SessionSubject> = {
  id: 'MCPS-501',
  severity: 'deny',
  title: 'network mode',
  why: 'A network that is granted but not enforced reaches everything that the node reaches.',
  check: ({ spec }) => {
    const violations: Violation[] = [];
    const { mode, egress } = spec.network;
    if (mode === 'egress') {
      violations.push({
        rule: 'MCPS-501',
        kind: 'forbidden',
        path: 'spec.network.mode',
        message: '"egress" is not available in this release; allowed: none, isolated',
        fix: 'delete spec.network.mode',
      });
    }
    const engineMode = spec.security.networkMode;
    if (mode === 'isolated' && engineMode !== '') {
      violations.push({
        rule: 'MCPS-501',
        kind: 'invalid',
        path: 'spec.network.mode',
        value: mode,
        message: `spec.security.networkMode is ${shownValue(engineMode)}, which would take the place of the session's own network`,
        fix: 'delete one of the two',
      });
    }
    if (egress.length > 0) {
      violations.push({
        rule: 'MCPS-501',
        kind: 'forbidden',
        path: 'spec.network.egress',
        message: 'egress targets are not available in this release',
        fix: 'delete spec.network.egress',
      });
    }
    return violations;
  },
};
