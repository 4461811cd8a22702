// Danger: the host process namespace shows command lines, environments and /proc/<pid>/root of every process of the node.
// Fields: spec.security.pidMode. Allowed: a private one (""); "host" where policy hostNamespaces.allow lists "pid".
// Source: CIS Docker 5.16, PSS baseline "Host Namespaces", requirements.md S0.C2.08.

import { namespaceModeViolations } from '../namespace-mode.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const pidNamespace: Rule<SessionSubject> = {
  id: 'MCPS-202',
  severity: 'deny',
  title: 'host process namespace',
  why: 'Who shares the process namespace sees, traces and signals every process of the node.',
  check: ({ spec }, policy) =>
    namespaceModeViolations({
      rule: 'MCPS-202',
      path: 'spec.security.pidMode',
      value: spec.security.pidMode,
      privateModes: [''],
      namespace: 'pid',
      danger: 'shows and lets signal every process of the node',
      policy,
    }),
};
