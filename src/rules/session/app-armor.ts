// Danger: without AppArmor the kernel's file and mount limits on the container are gone where the node relies on them.
// Fields: spec.security.appArmorProfile. Allowed: "RuntimeDefault" (used where the kernel has AppArmor, K-35).
// Source: CIS Docker 5.2, PSS baseline "AppArmor".

import { shownValue } from '../../lib/visible-text.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const appArmor: Rule<SessionSubject> = {
  id: 'MCPS-106',
  severity: 'deny',
  title: 'AppArmor profile',
  why: 'Without AppArmor the file and mount limits of the kernel do not hold for the session.',
  check: ({ spec }) => {
    const profile = spec.security.appArmorProfile;
    if (profile === 'RuntimeDefault') return [];
    const message = /^unconfined$/i.test(profile.trim())
      ? 'an unconfined container has no AppArmor limits'
      : `profile "${shownValue(profile)}" is not available in this release`;
    return [
      {
        rule: 'MCPS-106',
        kind: 'forbidden',
        path: 'spec.security.appArmorProfile',
        message: `${message}; allowed: RuntimeDefault`,
        fix: 'delete spec.security.appArmorProfile',
      },
    ];
  },
};
