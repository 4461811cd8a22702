// Danger: every namespace shared with the node, or with another container; a foreign cgroup parent lifts every limit.
// Fields: networkMode, dns, pidMode, ipcMode, utsMode, usernsMode, cgroupnsMode, cgroupParent. Allowed: the private form alone (network
// "none", or the session's own with the session's own loopback for names), "host" where policy hostNamespaces.allow says so. Source: CIS Docker 5.10, 5.16, 5.17, 5.21, 5.25, 5.31.

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import { networkNameOf } from '../../model/names.ts';
import type { Violation } from '../../model/violation.ts';
import type { HostNamespace } from '../namespace-mode.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerNamespaces: Rule<ContainerSpec> = {
  id: 'MCPS-910',
  severity: 'deny',
  title: 'container: namespaces',
  why: 'Who shares a namespace of the node sees or controls what is in it.',
  check: (spec, policy) => {
    const violations = MODES.flatMap(({ field, privateMode, namespace }): Violation[] => {
      const mode = spec[field];
      if (mode === privateMode || (field === 'networkMode' && isOwnNetwork(spec))) return [];
      if (mode === 'host' && policy.hostNamespaces.allow.includes(namespace)) return [];
      return [
        containerViolation({ rule: 'MCPS-910', field, message: `"${shownValue(mode)}" is not "${privateMode}"` }),
      ];
    });
    const dns = isOwnNetwork(spec) ? '127.0.0.1' : '';
    if (spec.dns.join() !== dns) {
      const message = `"${shownValue(spec.dns.join())}" is not "${dns}"`;
      violations.push(containerViolation({ rule: 'MCPS-910', field: 'dns', message }));
    }
    if (spec.cgroupParent === '') return violations;
    return [
      ...violations,
      containerViolation({
        rule: 'MCPS-910',
        field: 'cgroupParent',
        message: `"${shownValue(spec.cgroupParent)}" is not ""`,
      }),
    ];
  },
};

/** Named by the UID, which nobody but us gives; what is behind the name is looked at (plan/attachment-proof.ts). */
const isOwnNetwork = ({ networkMode, identity }: ContainerSpec): boolean =>
  identity.uid !== '' && networkMode === networkNameOf(identity.uid);

interface Mode {
  readonly field: 'networkMode' | 'pidMode' | 'ipcMode' | 'utsMode' | 'usernsMode' | 'cgroupnsMode';
  readonly privateMode: string;
  readonly namespace: HostNamespace;
}

const MODES: readonly Mode[] = [
  { field: 'networkMode', privateMode: 'none', namespace: 'network' },
  { field: 'pidMode', privateMode: '', namespace: 'pid' },
  { field: 'ipcMode', privateMode: 'private', namespace: 'ipc' },
  { field: 'utsMode', privateMode: '', namespace: 'uts' },
  { field: 'usernsMode', privateMode: '', namespace: 'user' },
  { field: 'cgroupnsMode', privateMode: 'private', namespace: 'cgroup' },
];
