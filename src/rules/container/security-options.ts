// Danger: label=disable, systempaths=unconfined and whatever newer engines add. Fields: otherSecurityOptions. Allowed: none.
// Source: CIS Docker 5.3, requirements.md S0.C2.07.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerSecurityOptions: Rule<ContainerSpec> = {
  id: 'MCPS-907',
  severity: 'deny',
  title: 'container: other security options',
  why: 'Security options can switch off every confinement.',
  check: ({ otherSecurityOptions }) =>
    otherSecurityOptions.length === 0
      ? []
      : [
          containerViolation({
            rule: 'MCPS-907',
            field: 'otherSecurityOptions',
            message: `holds ${shownValue(otherSecurityOptions.join(', '))}`,
          }),
        ],
};
