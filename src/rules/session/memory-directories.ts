// Danger: a tmpfs without a size may take half the memory of the node; one above the memory limit can only end in an OOM kill.
// Fields: spec.workspace.sizeLimit, spec.tmpfs[].sizeLimit. Allowed: above 0, up to policy limits.maxTmpfs and spec.resources.memory.
// Source: security.md 4.2 Tmpfs (measured: no size is 50 % of RAM), requirements.md section 6 "/tmp tmpfs".

import { parseQuantityBytes } from '../../lib/quantity.ts';
import type { Policy } from '../../model/policy.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { quantityRangeViolations } from '../quantity-range.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const memoryDirectories: Rule<SessionSubject> = {
  id: 'MCPS-407',
  severity: 'deny',
  title: 'sizes of directories in memory',
  why: 'A directory in memory without a bound takes the memory of the node.',
  check: ({ spec }, policy) => [
    // MCPS-408 judges a workspace on disk.
    ...(spec.workspace.medium === 'Memory'
      ? sizeViolations({ path: 'spec.workspace.sizeLimit', sizeLimit: spec.workspace.sizeLimit, spec, policy })
      : []),
    ...spec.tmpfs.flatMap(({ sizeLimit }, index) =>
      sizeViolations({ path: `spec.tmpfs[${index}].sizeLimit`, sizeLimit, spec, policy }),
    ),
  ],
};

function sizeViolations(asked: {
  readonly path: string;
  readonly sizeLimit: string;
  readonly spec: SessionSpec;
  readonly policy: Policy;
}): readonly Violation[] {
  const { path, sizeLimit, spec, policy } = asked;
  const outOfRange = quantityRangeViolations({
    rule: 'MCPS-407',
    path,
    value: sizeLimit,
    minimum: '1',
    maximum: policy.limits.maxTmpfs,
    minimumIs: 'since a size of zero means no limit to the kernel',
    maximumIs: `the maximum of profile "${policy.profile}"`,
  });
  if (outOfRange.length > 0) return outOfRange;
  const memory = parseQuantityBytes(spec.resources.memory);
  if (memory === null || (parseQuantityBytes(sizeLimit) ?? 0) <= memory) return []; // MCPS-404 judges the memory limit
  return [
    {
      rule: 'MCPS-407',
      kind: 'invalid',
      path,
      value: sizeLimit,
      message: `above spec.resources.memory (${spec.resources.memory}), which its content counts against`,
      fix: `set sizeLimit <= ${spec.resources.memory}, or raise memory`,
    },
  ];
}
