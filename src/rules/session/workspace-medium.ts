// Danger: disk without an enforced quota fills the node; a workspace that claims to persist and does not loses work.
// Fields: spec.workspace.{medium,persistent}. Allowed: Memory, not persistent; the rest is not available in this release.
// Source: design.md 8.13.

import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const workspaceMedium: Rule<SessionSubject> = {
  id: 'MCPS-408',
  severity: 'deny',
  title: 'workspace on disk',
  why: 'Disk without an enforced quota fills the node.',
  check: ({ spec }) => {
    const violations: Violation[] = [];
    if (spec.workspace.medium !== 'Memory') {
      violations.push({
        rule: 'MCPS-408',
        kind: 'forbidden',
        path: 'spec.workspace.medium',
        message: `${spec.workspace.medium} is not available in this release; allowed: Memory`,
        fix: 'delete spec.workspace.medium',
      });
    }
    if (spec.workspace.persistent) {
      violations.push({
        rule: 'MCPS-408',
        kind: 'forbidden',
        path: 'spec.workspace.persistent',
        message: 'a persistent workspace is not available in this release',
        fix: 'delete spec.workspace.persistent',
      });
    }
    return violations;
  },
};
