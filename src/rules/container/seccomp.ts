// Danger: without the filter the whole kernel interface is open; under another profile nobody reviewed what is.
// Fields: seccomp.
// Allowed: what policy seccomp.allow lists: "RuntimeDefault", which is the operator's own profile byte for byte, or "EngineDefault";
// none at all for a privileged container that policy privileged.allow grants, since old engines apply none there.
// Source: CIS Docker 5.22, security.md 4.2 SecurityOpt, G14, moby issue 47499.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerSeccomp: Rule<ContainerSpec> = {
  id: 'MCPS-905',
  severity: 'deny',
  title: 'container: seccomp',
  why: 'Without the seccomp filter the whole kernel interface is open.',
  check: ({ seccomp, privileged }, policy) => {
    const allowed: readonly string[] = policy.seccomp.allow;
    if (allowed.includes(seccomp) || (seccomp === 'Unconfined' && privileged && policy.privileged.allow)) return [];
    const message = `"${shownValue(seccomp)}" is not in policy seccomp.allow (${allowed.join(', ') || 'none'})`;
    return [containerViolation({ rule: 'MCPS-905', field: 'seccomp', message })];
  },
};
