import { hostNetwork } from '../../../../src/rules/session/host-network.ts';
import { ipcNamespace } from '../../../../src/rules/session/ipc-namespace.ts';
import { otherNamespaces } from '../../../../src/rules/session/other-namespaces.ts';
import { pidNamespace } from '../../../../src/rules/session/pid-namespace.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

const privateFix = 'fix: leave it out for a private namespace';

testSessionRules({
  refused: [
    {
      name: 'the host process namespace',
      rule: pidNamespace,
      given: { security: { pidMode: 'host' } },
      want: [
        `spec.security.pidMode: Forbidden: [MCPS-202] host mode shows and lets signal every process of the node; policy hostNamespaces.allow does not list "pid"; ${privateFix}`,
      ],
    },
    {
      name: 'the process namespace of another container',
      rule: pidNamespace,
      given: { security: { pidMode: 'container:abc' } },
      want: [
        `spec.security.pidMode: Forbidden: [MCPS-202] joining the namespace of another container breaks the isolation of both; ${privateFix}`,
      ],
    },
    {
      name: 'another spelling of host even where policy allows host',
      rule: pidNamespace,
      given: { security: { pidMode: 'Host' } },
      policy: { hostNamespaces: { allow: ['pid'] } },
      want: [`spec.security.pidMode: Forbidden: [MCPS-202] "Host" is not a mode of this operator; ${privateFix}`],
    },
    {
      name: 'the host IPC namespace',
      rule: ipcNamespace,
      given: { security: { ipcMode: 'host' } },
      want: [
        `spec.security.ipcMode: Forbidden: [MCPS-203] host mode opens the shared memory of the node; policy hostNamespaces.allow does not list "ipc"; ${privateFix}`,
      ],
    },
    {
      name: 'a shareable IPC namespace',
      rule: ipcNamespace,
      given: { security: { ipcMode: 'shareable' } },
      want: [`spec.security.ipcMode: Forbidden: [MCPS-203] "shareable" is not a mode of this operator; ${privateFix}`],
    },
    {
      name: 'S0.C2.09 the host network',
      rule: hostNetwork,
      given: { security: { networkMode: 'host' } },
      want: [
        `spec.security.networkMode: Forbidden: [MCPS-204] host mode reaches loopback services of the node; policy hostNamespaces.allow does not list "network"; ${privateFix}`,
      ],
    },
    {
      name: 'a network of the engine',
      rule: hostNetwork,
      given: { security: { networkMode: 'bridge' } },
      want: [`spec.security.networkMode: Forbidden: [MCPS-204] "bridge" is not a mode of this operator; ${privateFix}`],
    },
    {
      name: 'the other host namespaces and a cgroup parent',
      rule: otherNamespaces,
      given: { security: { utsMode: 'host', usernsMode: 'host', cgroupnsMode: 'host', cgroupParent: '/../../x' } },
      want: [
        `spec.security.utsMode: Forbidden: [MCPS-205] host mode lets the node be renamed; policy hostNamespaces.allow does not list "uts"; ${privateFix}`,
        `spec.security.usernsMode: Forbidden: [MCPS-205] host mode switches the user mapping of the engine off; policy hostNamespaces.allow does not list "user"; ${privateFix}`,
        `spec.security.cgroupnsMode: Forbidden: [MCPS-205] host mode shows the control groups of the node; policy hostNamespaces.allow does not list "cgroup"; ${privateFix}`,
        'spec.security.cgroupParent: Forbidden: [MCPS-205] "/../../x" would move the container out of the limits of the engine; fix: delete spec.security.cgroupParent',
      ],
    },
  ],
  accepted: [
    { name: 'the defaults of pid', rule: pidNamespace, given: {} },
    {
      name: 'the host process namespace where policy allows it',
      rule: pidNamespace,
      given: { security: { pidMode: 'host' } },
      policy: { hostNamespaces: { allow: ['pid'] } },
    },
    { name: 'a private IPC namespace by name', rule: ipcNamespace, given: { security: { ipcMode: 'private' } } },
    { name: 'no network by name', rule: hostNetwork, given: { security: { networkMode: 'none' } } },
    {
      name: 'the other host namespaces where policy allows them',
      rule: otherNamespaces,
      given: { security: { utsMode: 'host', usernsMode: 'host', cgroupnsMode: 'host' } },
      policy: { hostNamespaces: { allow: ['uts', 'user', 'cgroup'] } },
    },
    {
      name: 'a private cgroup namespace by name',
      rule: otherNamespaces,
      given: { security: { cgroupnsMode: 'private' } },
    },
  ],
});
