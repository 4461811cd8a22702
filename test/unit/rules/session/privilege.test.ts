import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../../src/model/policy.ts';
import type { SessionSpecInput } from '../../../../src/model/session-spec.ts';
import { evaluate, type Rule } from '../../../../src/rules/rule.ts';
import { appArmor } from '../../../../src/rules/session/app-armor.ts';
import { capabilities } from '../../../../src/rules/session/capabilities.ts';
import { privileged } from '../../../../src/rules/session/privileged.ts';
import { rootUser } from '../../../../src/rules/session/root-user.ts';
import { runtime } from '../../../../src/rules/session/runtime.ts';
import { seccomp } from '../../../../src/rules/session/seccomp.ts';
import { securityOptions } from '../../../../src/rules/session/security-options.ts';
import { sessionRules } from '../../../../src/rules/session-rules.ts';
import type { SessionSubject } from '../../../../src/rules/session-subject.ts';
import { aPolicy, refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';

interface Case {
  readonly name: string;
  readonly rule: Rule<SessionSubject>;
  readonly given: Partial<SessionSpecInput>;
  readonly policy?: Policy;
  readonly want: readonly string[];
}

const refused: readonly Case[] = [
  {
    name: 'S0.C2.05, S2.V1.01: a privileged container, and the setting that would allow it',
    rule: privileged,
    given: { security: { privileged: true } },
    want: [
      'spec.security.privileged: Forbidden: [MCPS-101] a privileged container is root on the node; policy privileged.allow (SAFETY_ALLOW_PRIVILEGED_CONTAINERS) is false; fix: delete spec.security.privileged (mcpsession.dev/r/101)',
    ],
  },
  {
    name: 'a capability',
    rule: capabilities,
    given: { security: { capabilities: { add: ['NET_BIND_SERVICE'] } } },
    want: [
      'spec.security.capabilities.add[0]: Forbidden: [MCPS-102] NET_BIND_SERVICE is not in policy capabilities.allow (none); fix: delete it; all capabilities are dropped (mcpsession.dev/r/102)',
    ],
  },
  {
    name: 'a capability beside the allowed one',
    rule: capabilities,
    given: { user: { uid: 0 }, security: { capabilities: { add: ['cap_kill', 'ALL'] } } },
    policy: aPolicy({ capabilities: { allow: ['KILL'] } }),
    want: [
      'spec.security.capabilities.add[1]: Forbidden: [MCPS-102] ALL is not in policy capabilities.allow (KILL); fix: delete it; all capabilities are dropped (mcpsession.dev/r/102)',
    ],
  },
  {
    name: 'a capability with blanks, whatever policy allows',
    rule: capabilities,
    given: { user: { uid: 0 }, security: { capabilities: { add: [' KILL'] } } },
    policy: aPolicy({ capabilities: { allow: ['*'] } }),
    want: [
      'spec.security.capabilities.add[0]: Forbidden: [MCPS-102] " KILL" is not the name of a capability; fix: delete it; all capabilities are dropped (mcpsession.dev/r/102)',
    ],
  },
  {
    name: 'a capability for a user who is not root',
    rule: capabilities,
    given: { security: { capabilities: { add: ['KILL'] } } },
    policy: aPolicy({ capabilities: { allow: ['KILL'] } }),
    want: [
      'spec.security.capabilities.add[0]: Forbidden: [MCPS-102] KILL has no effect for uid 1001; the kernel gives added capabilities to root only; fix: delete it (mcpsession.dev/r/102)',
    ],
  },
  {
    name: 'S1.MIT.02, S1.THR.05: root as user and as group',
    rule: rootUser,
    given: { user: { uid: 0, gid: 0 } },
    want: [
      'spec.user.uid: Invalid value: 0: [MCPS-103] root is not allowed; policy rootUser.allow is false; fix: set uid to 1 or above, or leave it out for 1001 (mcpsession.dev/r/103)',
      'spec.user.gid: Invalid value: 0: [MCPS-103] root is not allowed; policy rootUser.allow is false; fix: set gid to 1 or above, or leave it out for 1001 (mcpsession.dev/r/103)',
    ],
  },
  {
    name: 'the root group alone',
    rule: rootUser,
    given: { user: { gid: 0 } },
    want: [
      'spec.user.gid: Invalid value: 0: [MCPS-103] root is not allowed; policy rootUser.allow is false; fix: set gid to 1 or above, or leave it out for 1001 (mcpsession.dev/r/103)',
    ],
  },
  {
    name: 'a security option behind a harmless one',
    rule: securityOptions,
    given: { security: { securityOpt: ['no-new-privileges', 'no-new-privileges=false'] } },
    want: [
      'spec.security.securityOpt[1]: Forbidden: [MCPS-104] "no-new-privileges=false" is not allowed; the operator sets all security options itself; fix: delete it (mcpsession.dev/r/104)',
    ],
  },
  {
    name: 'an unconfined seccomp profile',
    rule: seccomp,
    given: { security: { seccompProfile: 'Unconfined' } },
    want: [
      'spec.security.seccompProfile: Forbidden: [MCPS-105] an unconfined container may use every system call; allowed: RuntimeDefault (policy seccomp.allow); fix: delete spec.security.seccompProfile (mcpsession.dev/r/105)',
    ],
  },
  {
    name: 'a seccomp profile of its own',
    rule: seccomp,
    given: { security: { seccompProfile: 'mine' } },
    want: [
      'spec.security.seccompProfile: Forbidden: [MCPS-105] profile "mine" is not known; allowed: RuntimeDefault (policy seccomp.allow); fix: delete spec.security.seccompProfile (mcpsession.dev/r/105)',
    ],
  },
  {
    name: 'S3.T4.01: the seccomp profile of the engine, where policy lists only our own',
    rule: seccomp,
    given: { security: { seccompProfile: 'EngineDefault' } },
    want: [
      'spec.security.seccompProfile: Forbidden: [MCPS-105] profile "EngineDefault" is not allowed; allowed: RuntimeDefault (policy seccomp.allow); fix: delete spec.security.seccompProfile (mcpsession.dev/r/105)',
    ],
  },
  {
    name: 'our own seccomp profile, where policy lists only that of the engine',
    rule: seccomp,
    given: {},
    policy: aPolicy({ seccomp: { allow: ['EngineDefault'] } }),
    want: [
      'spec.security.seccompProfile: Forbidden: [MCPS-105] profile "RuntimeDefault" is not allowed; allowed: EngineDefault (policy seccomp.allow); fix: set one that is allowed (mcpsession.dev/r/105)',
    ],
  },
  {
    name: 'an unconfined AppArmor profile',
    rule: appArmor,
    given: { security: { appArmorProfile: 'unconfined' } },
    want: [
      'spec.security.appArmorProfile: Forbidden: [MCPS-106] an unconfined container has no AppArmor limits; allowed: RuntimeDefault; fix: delete spec.security.appArmorProfile (mcpsession.dev/r/106)',
    ],
  },
  {
    name: 'an AppArmor profile of its own',
    rule: appArmor,
    given: { security: { appArmorProfile: '' } },
    want: [
      'spec.security.appArmorProfile: Forbidden: [MCPS-106] profile "(empty)" is not known; allowed: RuntimeDefault; fix: delete spec.security.appArmorProfile (mcpsession.dev/r/106)',
    ],
  },
  {
    name: 'S3.NXT.07: a runtime that policy does not list',
    rule: runtime,
    given: { security: { runtime: 'runsc' } },
    want: [
      'spec.security.runtime: Forbidden: [MCPS-107] "runsc" is not in policy runtimes.allow (runc); fix: choose one that is listed, or leave it out for runc (mcpsession.dev/r/107)',
    ],
  },
];

describe('privilege rules refuse (S0.C2)', () => {
  test.each(refused)('$name', ({ rule, given, policy, want }) => {
    expect(refusals(rule, aSession(given), policy)).toEqual(want);
  });

  test.each(['ALL', 'all', 'SYS_ADMIN', 'sys_admin', 'CAP_SYS_ADMIN', 'cap_sys_admin', 'CaP_Net_Raw', ' SYS_PTRACE'])(
    'S0.C2.12 capability "%s" in any spelling',
    (name) => {
      expect(refusals(capabilities, aSession({ security: { capabilities: { add: [name] } } }))).toHaveLength(1);
    },
  );

  test.each([
    'apparmor=unconfined',
    'apparmor:unconfined',
    'label=disable',
    'label:disable',
    'disable',
    'seccomp=unconfined',
    'SECCOMP=Unconfined',
    'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}',
    'no-new-privileges:false',
    'no-new-privileges=false',
    'systempaths=unconfined',
    'writable-cgroups=true',
    '',
  ])('S0.C2.07 security option "%s"', (option) => {
    expect(refusals(securityOptions, aSession({ security: { securityOpt: [option] } }))).toHaveLength(1);
  });
});

describe('S2.V1.03: what amounts to privilege', () => {
  const equivalents: readonly (readonly [string, Partial<SessionSpecInput>])[] = [
    ['all capabilities', { security: { capabilities: { add: ['ALL'] } } }],
    ['root', { user: { uid: 0 } }],
    ['no seccomp', { security: { seccompProfile: 'Unconfined' } }],
    ['no AppArmor', { security: { appArmorProfile: 'Unconfined' } }],
    ['a security option', { security: { securityOpt: ['label=disable'] } }],
    ['the processes of the node', { security: { pidMode: 'host' } }],
    ['the network of the node', { security: { networkMode: 'host' } }],
    ['the users of the node', { security: { usernsMode: 'host' } }],
    ['a disk of the node', { security: { devices: [{ hostPath: '/dev/sda' }] } }],
    ['the root of the node', { mounts: [{ hostPath: '/', target: '/host' }] }],
  ];

  test.each(equivalents)(
    '%s is refused while privileged.allow is false, and not let in by it either',
    (_name, given) => {
      for (const allow of [false, true]) {
        const { violations } = evaluate(sessionRules, aSession(given), aPolicy({ privileged: { allow } }));
        expect(violations, String(allow)).not.toEqual([]);
      }
    },
  );
});

describe('privilege rules accept', () => {
  const accepted: readonly Omit<Case, 'want'>[] = [
    { name: 'the defaults', rule: privileged, given: {} },
    {
      name: 'S0.C2.11 privileged where policy allows it',
      rule: privileged,
      given: { security: { privileged: true } },
      policy: aPolicy({ privileged: { allow: true } }),
    },
    {
      name: 'a capability that policy lists, in another spelling',
      rule: capabilities,
      given: { user: { uid: 0 }, security: { capabilities: { add: ['cap_net_bind_service'] } } },
      policy: aPolicy({ capabilities: { allow: ['NET_BIND_SERVICE'] } }),
    },
    {
      name: 'root where policy allows it',
      rule: rootUser,
      given: { user: { uid: 0, gid: 0 } },
      policy: aPolicy({ rootUser: { allow: true } }),
    },
    {
      name: 'options that repeat what the operator sets',
      rule: securityOptions,
      given: { security: { securityOpt: ['no-new-privileges', 'no-new-privileges:true', 'no-new-privileges=true'] } },
    },
    {
      name: 'S3.T4.01: the seccomp profile of the engine, where policy lists it',
      rule: seccomp,
      given: { security: { seccompProfile: 'EngineDefault' } },
      policy: aPolicy({ seccomp: { allow: ['RuntimeDefault', 'EngineDefault'] } }),
    },
    {
      name: 'S3.NXT.07: a runtime that policy lists',
      rule: runtime,
      given: { security: { runtime: 'runsc' } },
      policy: aPolicy({ runtimes: { allow: ['runc', 'runsc'] } }),
    },
  ];
  test.each(accepted)('$name', ({ rule, given, policy }) => {
    expect(refusals(rule, aSession(given), policy)).toEqual([]);
  });
});
