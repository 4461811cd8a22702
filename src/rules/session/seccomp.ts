// Danger: without the seccomp filter the whole kernel interface is open to the session, and under a profile of its own whatever that
// leaves open.
// Fields: spec.security.seccompProfile.
// Allowed: what policy seccomp.allow lists: "RuntimeDefault", the operator's own profile (docs/isolation.md), or "EngineDefault", that
// of the node's engine.
// Source: CIS Docker 5.22, PSS restricted "Seccomp", requirements.md S3.T4.01, security.md G14.

import { shownValue } from '../../lib/visible-text.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const seccomp: Rule<SessionSubject> = {
  id: 'MCPS-105',
  severity: 'deny',
  title: 'seccomp profile',
  why: 'Without the seccomp filter the whole kernel interface is open to the session.',
  check: ({ spec }, policy) => {
    const profile = spec.security.seccompProfile;
    const allowed: readonly string[] = policy.seccomp.allow;
    if (allowed.includes(profile)) return [];
    const listed = allowed.length === 0 ? 'none' : allowed.join(', ');
    return [
      {
        rule: 'MCPS-105',
        kind: 'forbidden',
        path: 'spec.security.seccompProfile',
        message: `${problemOf(profile)}; allowed: ${listed} (policy seccomp.allow)`,
        fix: allowed.includes('RuntimeDefault') ? 'delete spec.security.seccompProfile' : 'set one that is allowed',
      },
    ];
  },
};

function problemOf(profile: string): string {
  if (/^unconfined$/i.test(profile.trim())) return 'an unconfined container may use every system call';
  if (profile === 'RuntimeDefault' || profile === 'EngineDefault') return `profile "${profile}" is not allowed`;
  return `profile "${shownValue(profile)}" is not known`;
}
