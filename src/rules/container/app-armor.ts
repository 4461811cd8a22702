// Danger: an unconfined container, or one under a profile that nobody reviewed.
// Fields: appArmor.
// Allowed: "RuntimeDefault", the engine's own, which on a kernel without AppArmor means none (K-35; shown in status);
// "mcpsession-default", the operator's own; none at all where policy appArmor.mode is off, and for a privileged container that policy
// privileged.allow grants, since the engine switches it off there.
// Source: CIS Docker 5.2, requirements.md S3.T5.01, moby saveAppArmorConfig.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Policy } from '../../model/policy.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

const REVIEWED = ['RuntimeDefault', 'mcpsession-default'];

export const containerAppArmor: Rule<ContainerSpec> = {
  id: 'MCPS-906',
  severity: 'deny',
  title: 'container: AppArmor',
  why: 'Without AppArmor the file and mount limits of the kernel do not hold.',
  check: ({ appArmor, privileged }, policy) =>
    REVIEWED.includes(appArmor) || (appArmor === 'Unconfined' && mayBeUnconfined(privileged, policy))
      ? []
      : [
          containerViolation({
            rule: 'MCPS-906',
            field: 'appArmor',
            message: `"${shownValue(appArmor)}" is not ${REVIEWED.join(' or ')}`,
          }),
        ],
};

const mayBeUnconfined = (privileged: boolean, { appArmor, privileged: granted }: Policy): boolean =>
  appArmor.mode === 'off' || (privileged && granted.allow);
