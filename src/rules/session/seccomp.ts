// Danger: without the seccomp filter the whole kernel interface is open to the session.
// Fields: spec.security.seccompProfile. Allowed: "RuntimeDefault". Source: CIS Docker 5.22, PSS restricted "Seccomp".

import { shownValue } from '../../lib/visible-text.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const seccomp: Rule<SessionSubject> = {
  id: 'MCPS-105',
  severity: 'deny',
  title: 'seccomp profile',
  why: 'Without the seccomp filter the whole kernel interface is open to the session.',
  check: ({ spec }) => {
    const profile = spec.security.seccompProfile;
    if (profile === 'RuntimeDefault') return [];
    const message = /^unconfined$/i.test(profile.trim())
      ? 'an unconfined container may use every system call'
      : `profile "${shownValue(profile)}" is not available in this release`;
    return [
      {
        rule: 'MCPS-105',
        kind: 'forbidden',
        path: 'spec.security.seccompProfile',
        message: `${message}; allowed: RuntimeDefault`,
        fix: 'delete spec.security.seccompProfile',
      },
    ];
  },
};
