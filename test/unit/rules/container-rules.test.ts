import { describe, expect, test } from 'vitest';
import { type ContainerMount, type ContainerSpec, sessionInitMount } from '../../../src/model/container.ts';
import { defaultPolicy, type Policy } from '../../../src/model/policy.ts';
import { containerRules } from '../../../src/rules/container-rules.ts';
import { lockDown } from '../../../src/rules/lock-down.ts';
import { evaluate } from '../../../src/rules/rule.ts';
import { aBind, aContainer, aPort } from '../../support/container-builder.ts';
import { aPolicy } from '../../support/judgement.ts';
import { isolationCases } from './container/isolation-cases.ts';
import { surroundingsCases } from './container/surroundings-cases.ts';

const judged = (change: Partial<ContainerSpec>, policy: Policy = defaultPolicy()): readonly string[] =>
  evaluate(containerRules, aContainer(change), policy).violations.map(
    ({ rule, path, message }) => `${rule} ${path} ${message}`,
  );

/** What a container with the session init has instead of the rest. */
const withInit: Partial<ContainerSpec> = {
  entrypoint: ['/.mcpsession/init'],
  command: ['run'],
  openStdin: true,
  init: false,
  logDriver: 'none',
  logOptions: {},
  mounts: [sessionInitMount('mcpsession-init-0123456789abcdef')],
};

const refused = [...isolationCases, ...surroundingsCases];

describe('container rules refuse', () => {
  test.each(refused.map((entry) => ({ ...entry, name: JSON.stringify(entry.change) })))('$name', ({ change, want }) => {
    expect(judged(change)).toEqual(want);
  });

  test('every host namespace by default, and none that policy allows', () => {
    const modes = {
      networkMode: 'host',
      pidMode: 'host',
      ipcMode: 'host',
      utsMode: 'host',
      usernsMode: 'host',
      cgroupnsMode: 'host',
    };
    expect(judged(modes)).toHaveLength(6);
    const allow = ['network', 'pid', 'ipc', 'uts', 'user', 'cgroup'];
    expect(judged(modes, aPolicy({ hostNamespaces: { allow } }))).toEqual([]);
  });

  test('mounts beyond the roots of policy', () => {
    const policy = aPolicy({ mounts: { allowedRoots: ['/srv/mcp'] } });
    expect(judged({ mounts: [aBind] }, policy)).toEqual([
      'MCPS-917 container.mounts[/data] source /srv/data is not below policy mounts.allowedRoots',
    ]);
    expect(judged({ mounts: [aBind] }, aPolicy({ mounts: { hostPath: 'forbidden' } }))).toEqual([
      'MCPS-917 container.mounts[/data] policy mounts.hostPath is "forbidden"',
    ]);
  });

  test.each<{ change: Partial<ContainerSpec>; want: string[] }>([
    { change: { mounts: [] }, want: ['mounts lack the volume of the session init'] },
    { change: { openStdin: false }, want: ['openStdin is false: nobody could speak to the session init'] },
    { change: { command: ['version'] }, want: ['command is not that of the session init'] },
    {
      change: { entrypoint: ['/.mcpsession/init', 'run'] },
      want: ['command is not that of the session init'],
    },
    {
      change: { logDriver: 'local', logOptions: { 'max-file': '2', 'max-size': '1m' } },
      want: ['logDriver would keep the frames of the session init'],
    },
    { change: { init: true }, want: ['init is true: the session init would not be PID 1'] },
    {
      change: { entrypoint: ['sleep'] },
      want: ['mounts hold a session init that does not run', 'openStdin is true without the session init'],
    },
  ])('a session init that is not ours, or half of it: $change', ({ change, want }) => {
    expect(judged({ ...withInit, ...change })).toEqual(want.map((message) => `MCPS-930 container.${message}`));
  });

  test.each<Partial<ContainerMount>>([
    { source: 'mcpsession-init-x' },
    { source: 'data' },
    { target: '/data' },
    { readOnly: false },
    { type: 'bind' },
    { recursive: true },
  ])('any other mount at the place of the session init: %j', (change) => {
    const mount = { ...sessionInitMount('mcpsession-init-0123456789abcdef'), ...change };
    expect(judged({ ...withInit, mounts: [mount] })).not.toEqual([]);
  });

  test('ports of a container with a network', () => {
    const policy = aPolicy({ hostNamespaces: { allow: ['network'] } });
    const onHost = (change: object) => judged({ networkMode: 'host', ports: [{ ...aPort, ...change }] }, policy);
    expect(onHost({})).toEqual([]);
    expect(onHost({ protocol: 'udp' })).toEqual(['MCPS-921 container.ports[80] is not TCP']);
    expect(onHost({ hostPort: 80 })).toEqual(['MCPS-921 container.ports[80] host port 80 is below 1024']);
    expect(onHost({ hostIp: '' })).toEqual([
      'MCPS-921 container.ports[80] a missing hostIP publishes on every address; policy ports.allowPublic (SAFETY_ALLOW_PUBLIC_PORT_BINDING) is false',
    ]);
  });
});

describe('container rules accept', () => {
  test.each([
    ['the default container', {}],
    ['a read-only bind from an ordinary directory', { mounts: [aBind] }],
    ['no log at all', { logDriver: 'none', logOptions: {} }],
    ['safe kernel settings', { sysctls: { 'net.ipv4.tcp_fin_timeout': '30' } }],
    ['the session init with all that belongs to it', withInit],
  ])('%s', (_name, change) => {
    const spec = aContainer(change);
    expect(lockDown(spec, defaultPolicy())).toEqual({ ok: true, value: spec });
  });

  test.each([
    ['privileged', { privileged: true }, { privileged: { allow: true } }],
    [
      'the filters that a privileged container has not',
      { privileged: true, seccomp: 'Unconfined', appArmor: 'Unconfined' },
      { privileged: { allow: true } },
    ],
    ['the seccomp profile of the engine', { seccomp: 'EngineDefault' }, { seccomp: { allow: ['EngineDefault'] } }],
    ['the AppArmor profile of the operator', { appArmor: 'mcpsession-default' }, {}],
    ['no AppArmor where policy switches it off', { appArmor: 'Unconfined' }, { appArmor: { mode: 'off' } }],
    ['a capability', { capabilitiesAdded: ['KILL'] }, { capabilities: { allow: ['CAP_KILL'] } }],
    ['root', { user: '0:0' }, { rootUser: { allow: true } }],
    ['a device', { devices: ['/dev/kvm:/dev/kvm'] }, { devices: { allow: ['/dev/kvm'] } }],
    ['a runtime', { runtime: 'runsc' }, { runtimes: { allow: ['*'] } }],
  ])('%s where policy allows it', (_name, change, settings) => {
    expect(judged(change, aPolicy(settings))).toEqual([]);
  });
});

test('every field of a container is judged, or is harmless for a reason', () => {
  const harmless: Readonly<Record<string, string>> = {
    command: 'arguments of the program; the container is the boundary, not the command',
    openStdin: 'carries the frames of the session init, or nothing',
    init: 'a reaper of the engine, which runs under the same limits',
  };
  const hostile: Readonly<Record<keyof ContainerSpec, unknown>> = {
    ...aContainer(),
    ...Object.fromEntries(refused.flatMap(({ change }) => Object.entries(change))),
  };
  const judgedFields = Object.keys(aContainer()).filter(
    (field) => judged({ [field]: hostile[field as keyof ContainerSpec] }).length > 0, // the keys of a ContainerSpec
  );
  expect([...judgedFields, ...Object.keys(harmless)].sort()).toEqual(Object.keys(aContainer()).sort());
});
