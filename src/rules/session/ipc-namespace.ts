// Danger: the host IPC namespace opens shared memory and message queues of every program of the node.
// Fields: spec.security.ipcMode. Allowed: a private one ("" or "private"); "shareable" and "none" are refused; "host" where policy hostNamespaces.allow lists "ipc".
// Source: CIS Docker 5.17, PSS baseline "Host Namespaces", requirements.md S0.C2.08.

import { namespaceModeViolations } from '../namespace-mode.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const ipcNamespace: Rule<SessionSubject> = {
  id: 'MCPS-203',
  severity: 'deny',
  title: 'host IPC namespace',
  why: 'Who shares the IPC namespace reads and writes the shared memory of other programs.',
  check: ({ spec }, policy) =>
    namespaceModeViolations({
      rule: 'MCPS-203',
      path: 'spec.security.ipcMode',
      value: spec.security.ipcMode,
      privateModes: ['', 'private'],
      namespace: 'ipc',
      danger: 'opens the shared memory of the node',
      policy,
    }),
};
