// Danger: engine security options switch off no-new-privileges, seccomp, AppArmor, SELinux or path masking; the last one wins,
// ":" and "=" both parse, and inline seccomp JSON is taken. Fields: spec.security.securityOpt[].
// Allowed: only "no-new-privileges" set to true, which the operator sets anyway. Source: CIS Docker 5.2, 5.3, 5.22, 5.26;
// requirements.md S0.C2.07; security.md 4.2 SecurityOpt.

import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

const HARMLESS: ReadonlySet<string> = new Set([
  'no-new-privileges',
  'no-new-privileges:true',
  'no-new-privileges=true',
]);

export const securityOptions: Rule<SessionSubject> = {
  id: 'MCPS-104',
  severity: 'deny',
  title: 'security options',
  why: 'Engine security options can switch off every confinement of the container.',
  check: ({ spec }) =>
    spec.security.securityOpt.flatMap((option, index): Violation[] => {
      if (HARMLESS.has(option)) return [];
      return [
        {
          rule: 'MCPS-104',
          kind: 'forbidden',
          path: `spec.security.securityOpt[${index}]`,
          message: `"${shownValue(option)}" is not allowed; the operator sets all security options itself`,
          fix: 'delete it',
        },
      ];
    }),
};
