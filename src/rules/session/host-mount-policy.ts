// Danger: even an ordinary directory of a shared node holds data of others; writable, it is a way out of the session.
// Fields: spec.mounts[].{hostPath,readOnly}. Allowed: read-only, strictly below policy mounts.allowedRoots where set, unless
// policy mounts.hostPath is "forbidden". Source: requirements.md K-03, security.md 4.3, CIS Docker 5.6.

import { cleanPath, isAtOrBelow } from '../../lib/posix-path.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { Policy } from '../../model/policy.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { shownList } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const hostMountPolicy: Rule<SessionSubject> = {
  id: 'MCPS-207',
  severity: 'deny',
  title: 'host mounts allowed by policy',
  why: 'A directory of a shared node holds data of others, and writable it is a way out.',
  check: ({ spec }, policy) =>
    spec.mounts.flatMap((mount, index) => mountViolations({ mount, path: `spec.mounts[${index}]`, policy })),
};

function mountViolations(asked: {
  readonly mount: SessionSpec['mounts'][number];
  readonly path: string;
  readonly policy: Policy;
}): readonly Violation[] {
  const { path, policy } = asked;
  const { hostPath, readOnly } = asked.mount;
  if (hostPath === undefined) return [];
  if (policy.mounts.hostPath === 'forbidden') {
    return [
      {
        rule: 'MCPS-207',
        kind: 'forbidden',
        path: `${path}.hostPath`,
        message: 'policy mounts.hostPath is "forbidden"',
        fix: 'delete this mount, use spec.workspace',
      },
    ];
  }
  const violations: Violation[] = [];
  if (!readOnly) {
    violations.push({
      rule: 'MCPS-207',
      kind: 'forbidden',
      path: `${path}.readOnly`,
      message: 'host paths can only be mounted read-only; policy mounts.hostPath is "readOnly"',
      fix: 'delete readOnly: false, write to spec.workspace',
    });
  }
  const roots = policy.mounts.allowedRoots;
  if (roots !== null && !isBelowARoot(hostPath, roots)) {
    const isRoot = roots.map(cleanPath).includes(cleanPath(hostPath));
    violations.push({
      rule: 'MCPS-207',
      kind: 'forbidden',
      path: `${path}.hostPath`,
      message: isRoot
        ? `${shownValue(hostPath)} is a root of policy mounts.allowedRoots itself, and only what is below it can be mounted`
        : `${shownValue(hostPath)} is not below policy mounts.allowedRoots (${shownList(roots)})`,
      fix: `choose a directory below ${isRoot ? 'it' : 'one of them'}, or delete this mount`,
    });
  }
  return violations;
}

/** Strictly below: a root as a whole would give one session what belongs to all. Compared by whole segments. */
export function isBelowARoot(hostPath: string, roots: readonly string[]): boolean {
  const path = cleanPath(hostPath);
  return roots.map(cleanPath).some((root) => path !== root && isAtOrBelow(path, root));
}
