// Danger: the host network gives loopback services, abstract sockets and the metadata address of the node. Networks are chosen by
// spec.network.mode; names of engine networks ("bridge", foreign ones) are refused here.
// Fields: spec.security.networkMode. Allowed: "none" or left out; "host" where policy hostNamespaces.allow lists "network".
// Source: CIS Docker 5.10, PSS baseline "Host Namespaces", requirements.md S0.C2.09.

import { namespaceModeViolations } from '../namespace-mode.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const hostNetwork: Rule<SessionSubject> = {
  id: 'MCPS-204',
  severity: 'deny',
  title: 'engine network modes',
  why: 'Who shares the network of the node reaches its loopback services and its metadata address.',
  check: ({ spec }, policy) =>
    namespaceModeViolations({
      rule: 'MCPS-204',
      path: 'spec.security.networkMode',
      value: spec.security.networkMode,
      privateModes: ['', 'none'],
      namespace: 'network',
      danger: 'reaches loopback services of the node',
      policy,
    }),
};
