// Danger: without AppArmor the kernel's file and mount limits on the container are gone where the node relies on them.
// Fields: spec.security.appArmorProfile.
// Allowed: "RuntimeDefault": on a node with AppArmor the profile that policy appArmor.profile names, on others none, which status says
// and policy appArmor.mode can refuse (MCPS-109).
// Source: CIS Docker 5.2, PSS baseline "AppArmor", requirements.md S3.T5.01, K-35.

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
      : `profile "${shownValue(profile)}" is not known`;
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
