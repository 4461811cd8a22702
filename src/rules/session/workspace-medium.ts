// Danger: disk without an enforced bound fills the node; a workspace that claims to persist and does not loses work.
// Fields: spec.workspace.{medium,persistent,sizeLimit}. Allowed: Memory, not persistent; Disk from 1Mi up to policy limits.maxDisk, on nodes
// that hold it to its size or where policy allows disk without a bound (plan/wanted-attachments.ts, since only the node knows).
// Source: design.md 8.13.

import type { Violation } from '../../model/violation.ts';
import { quantityRangeViolations } from '../quantity-range.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const workspaceMedium: Rule<SessionSubject> = {
  id: 'MCPS-408',
  severity: 'deny',
  title: 'workspace on disk',
  why: 'Disk without an enforced quota fills the node.',
  check: ({ spec }, policy) => {
    const { medium, persistent, sizeLimit } = spec.workspace;
    if (medium === 'Memory') return persistent ? [MEMORY_FORGETS] : [];
    return quantityRangeViolations({
      rule: 'MCPS-408',
      path: 'spec.workspace.sizeLimit',
      value: sizeLimit,
      minimum: '1Mi',
      maximum: policy.limits.maxDisk,
      minimumIs: 'the least that a volume is bounded to',
      maximumIs: `the maximum of profile "${policy.profile}"`,
    });
  },
};

const MEMORY_FORGETS: Violation = {
  rule: 'MCPS-408',
  kind: 'invalid',
  path: 'spec.workspace.persistent',
  value: 'true',
  message: 'a workspace in memory ends with its container, and spec.workspace.medium is "Memory"',
  fix: 'set medium: Disk, or delete persistent',
};
