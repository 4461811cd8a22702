// Danger: one capability such as SYS_ADMIN, in any spelling, is enough to leave the container; add wins over drop ALL.
// Fields: spec.security.capabilities.add[]. Allowed: what policy capabilities.allow lists (default nothing).
// Source: CIS Docker 5.4, requirements.md S0.C2.06 and 9.3, security.md 4.2 (measured: every spelling is effective).

import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import { allows, shownList } from '../allow-list.ts';
import { canonicalCapability } from '../capability-name.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const capabilities: Rule<SessionSubject> = {
  id: 'MCPS-102',
  severity: 'deny',
  title: 'added capabilities',
  why: 'A single capability can be enough to leave the container.',
  check: ({ spec }, policy) => {
    const allowed = policy.capabilities.allow.map(canonicalCapability);
    return spec.security.capabilities.add.flatMap((name, index): Violation[] => {
      if (allows(allowed, canonicalCapability(name))) return [];
      return [
        {
          rule: 'MCPS-102',
          kind: 'forbidden',
          path: `spec.security.capabilities.add[${index}]`,
          message: `${shownValue(name)} is not in policy capabilities.allow (${shownList(allowed)})`,
          fix: 'delete it; all capabilities are dropped',
        },
      ];
    });
  },
};
