// Danger: host mode of these namespaces lets a session rename the node, keep the engine's user mapping off, or see and
// leave its control group; a foreign cgroup parent lifts every limit (measured on 20.10).
// Fields: spec.security.{utsMode,usernsMode,cgroupnsMode,cgroupParent}. Allowed: left out ("private" for cgroupnsMode); "host"
// where policy hostNamespaces.allow lists "uts", "user", "cgroup"; never a cgroup parent.
// Source: CIS Docker 5.21, 5.25, 5.31; requirements.md S0.C2.08; security.md 4.2.

import { shownValue } from '../../lib/visible-text.ts';
import type { Policy } from '../../model/policy.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { type HostNamespace, namespaceModeViolations } from '../namespace-mode.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

interface ModeField {
  readonly field: 'utsMode' | 'usernsMode' | 'cgroupnsMode';
  readonly privateModes: readonly string[];
  readonly namespace: HostNamespace;
  readonly danger: string;
}

const MODE_FIELDS: readonly ModeField[] = [
  { field: 'utsMode', privateModes: [''], namespace: 'uts', danger: 'lets the node be renamed' },
  { field: 'usernsMode', privateModes: [''], namespace: 'user', danger: 'switches the user mapping of the engine off' },
  {
    field: 'cgroupnsMode',
    privateModes: ['', 'private'],
    namespace: 'cgroup',
    danger: 'shows the control groups of the node',
  },
];

export const otherNamespaces: Rule<SessionSubject> = {
  id: 'MCPS-205',
  severity: 'deny',
  title: 'host name, user and cgroup namespaces',
  why: 'These host modes rename the node, switch user mapping off or lift limits.',
  check: ({ spec }, policy) => [
    ...MODE_FIELDS.flatMap((mode) => modeViolations({ mode, spec, policy })),
    ...cgroupParentViolations(spec),
  ],
};

function modeViolations(asked: {
  readonly mode: ModeField;
  readonly spec: SessionSpec;
  readonly policy: Policy;
}): readonly Violation[] {
  const { spec, policy } = asked;
  const { field, ...rest } = asked.mode;
  return namespaceModeViolations({
    ...rest,
    rule: 'MCPS-205',
    path: `spec.security.${field}`,
    value: spec.security[field],
    policy,
  });
}

function cgroupParentViolations(spec: SessionSpec): readonly Violation[] {
  const { cgroupParent } = spec.security;
  if (cgroupParent === '') return [];
  return [
    {
      rule: 'MCPS-205',
      kind: 'forbidden',
      path: 'spec.security.cgroupParent',
      message: `"${shownValue(cgroupParent)}" would move the container out of the limits of the engine`,
      fix: 'delete spec.security.cgroupParent',
    },
  ];
}
