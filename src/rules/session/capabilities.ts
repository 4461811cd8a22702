// Danger: one capability such as SYS_ADMIN, in any spelling, is enough to leave the container; add wins over drop ALL.
// Fields: spec.security.capabilities.add[]. Allowed: what policy capabilities.allow lists (default nothing), for root only.
// Source: CIS Docker 5.4, requirements.md S0.C2.06 and 9.3, security.md 4.2 (measured: every spelling is effective).

import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import { allows, shownList } from '../allow-list.ts';
import { canonicalCapability } from '../capability-name.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

const CAPABILITY = /^[A-Z][A-Z0-9_]*$/;

export const capabilities: Rule<SessionSubject> = {
  id: 'MCPS-102',
  severity: 'deny',
  title: 'added capabilities',
  why: 'A single capability can be enough to leave the container.',
  check: ({ spec }, policy) => {
    const allowed = policy.capabilities.allow.map(canonicalCapability);
    const { uid } = spec.user;
    return spec.security.capabilities.add.flatMap((name, index): Violation[] => {
      const problem = capabilityProblem({ name, allowed, uid });
      if (problem === null) return [];
      const path = `spec.security.capabilities.add[${index}]`;
      return [{ rule: 'MCPS-102', kind: 'forbidden', path, ...problem }];
    });
  },
};

function capabilityProblem(asked: {
  readonly name: string;
  readonly allowed: readonly string[];
  readonly uid: number;
}): Pick<Violation, 'message' | 'fix'> | null {
  const { name, allowed, uid } = asked;
  const dropped = 'delete it; all capabilities are dropped';
  if (!allows(allowed, canonicalCapability(name))) {
    const message = `${shownValue(name)} is not in policy capabilities.allow (${shownList(allowed)})`;
    return { message, fix: dropped };
  }
  if (!CAPABILITY.test(canonicalCapability(name))) {
    return { message: `"${shownValue(name)}" is not the name of a capability`, fix: dropped };
  }
  if (uid === 0) return null;
  const message = `${shownValue(name)} has no effect for uid ${uid}; the kernel gives added capabilities to root only`;
  return { message, fix: 'delete it' };
}
