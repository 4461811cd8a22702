// Danger: an unconfined container, or one under a profile that nobody reviewed. Fields: appArmor. Allowed: "RuntimeDefault",
// which on a kernel without AppArmor means none (K-35; shown in status), and none at all for a privileged container that policy
// privileged.allow grants: the engine switches it off there. Source: CIS Docker 5.2, moby saveAppArmorConfig.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerAppArmor: Rule<ContainerSpec> = {
  id: 'MCPS-906',
  severity: 'deny',
  title: 'container: AppArmor',
  why: 'Without AppArmor the file and mount limits of the kernel do not hold.',
  check: ({ appArmor, privileged }, policy) =>
    appArmor === 'RuntimeDefault' || (appArmor === 'Unconfined' && privileged && policy.privileged.allow)
      ? []
      : [
          containerViolation({
            rule: 'MCPS-906',
            field: 'appArmor',
            message: `"${shownValue(appArmor)}" is not RuntimeDefault`,
          }),
        ],
};
