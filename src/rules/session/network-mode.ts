// Danger: a network that is granted but not enforced reaches everything the node reaches. Fields: spec.network.{mode,egress}.
// Allowed: mode "none" without egress targets; "isolated" and "egress" are not available in this release.
// Source: design.md 8.16, requirements.md K-20.

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
    if (mode !== 'none') {
      violations.push({
        rule: 'MCPS-501',
        kind: 'forbidden',
        path: 'spec.network.mode',
        message: `"${mode}" is not available in this release; allowed: none`,
        fix: 'delete spec.network.mode',
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
