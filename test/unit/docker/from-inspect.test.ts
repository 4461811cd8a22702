import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { fromInspect } from '../../../src/docker/from-inspect.ts';
import { printSecurityOptions } from '../../../src/docker/security-options.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { CONTAINER_LABELS } from '../../../src/model/names.ts';
import type { LockedDownSpec } from '../../../src/rules/lock-down.ts';
import { aContainer } from '../../support/container-builder.ts';
import {
  foundMount,
  inspectAnswer,
  inspectAnswerOf,
  type InspectChanges,
  type Json as Change,
} from '../../support/inspect-answer.ts';
import recorded from './recorded/inspect-20.10.json' with { type: 'json' };

const { Labels: labels } = recorded.Config;
const home = { cluster: 'cluster-1', nodeName: 'node-1' };

/** Recorded before sessions had a seccomp profile of their own. */
const SecurityOpt = printSecurityOptions(aContainer());

/** What the engine answers for the default session, with changes. */
const answer = ({ host = {}, ...others }: InspectChanges = {}) =>
  inspectAnswer({ ...others, host: { SecurityOpt, ...host } });

const bind = { Type: 'bind', Source: '/a', Target: '/a', ReadOnly: true };
const volume = { Type: 'volume', Source: 'v', Target: '/a', ReadOnly: true, VolumeOptions: { NoCopy: true } };
const { none } = recorded.NetworkSettings.Networks;
const endpoint = (change: Change): InspectChanges => ({
  top: { NetworkSettings: { Networks: { none: { ...none, ...change } } } },
});

function specIn(given: unknown): ContainerSpec {
  const found = fromInspect(given, home);
  if (!found.ours) throw new Error('not ours');
  return found.container.spec;
}

test('reads a recorded answer of Engine 20.10 back into what was asked for', () => {
  expect(fromInspect(recorded, home)).toEqual({
    ours: true,
    container: {
      id: 'd1'.repeat(32),
      state: 'running',
      createdMs: Date.parse(recorded.Created),
      startedMs: Date.parse(recorded.State.StartedAt),
      finishedMs: null,
      exitCode: null,
      oomKilled: false,
      engineError: '',
      pid: recorded.State.Pid,
      spec: aContainer({ seccomp: 'EngineDefault' }),
    },
  });
});

test('reads the end of a container', () => {
  const State = {
    ...recorded.State,
    Status: 'exited',
    ExitCode: 137,
    OOMKilled: true,
    FinishedAt: '2026-11-21T12:00:00Z',
  };
  expect(fromInspect(answer({ top: { State } }), home)).toMatchObject({
    container: { state: 'exited', exitCode: 137, oomKilled: true, finishedMs: Date.parse('2026-11-21T12:00:00Z') },
  });
});

describe('whose it is', () => {
  const labels = recorded.Config.Labels;

  test.each([
    { name: 'another cluster', change: { [CONTAINER_LABELS.cluster]: 'cluster-2' } },
    { name: 'another node', change: { [CONTAINER_LABELS.node]: 'node-2' } },
    { name: 'an empty UID', change: { [CONTAINER_LABELS.uid]: '' } },
    { name: 'an attempt that is no number', change: { [CONTAINER_LABELS.attempt]: '1x' } },
    { name: 'no generation', change: { [CONTAINER_LABELS.instanceGeneration]: undefined } },
  ])('$name: not ours', ({ change }) => {
    const Labels = JSON.parse(JSON.stringify({ ...labels, ...change })) as Change; // drops the undefined, as the wire does
    expect(fromInspect(answer({ config: { Labels } }), home)).toEqual({ ours: false, id: 'd1'.repeat(32) });
  });

  test('no labels at all: not ours', () => {
    expect(fromInspect(answer({ config: { Labels: null } }), home)).toEqual({ ours: false, id: 'd1'.repeat(32) });
  });
});

describe('settings that the model has no field for are named', () => {
  test.each([
    { name: 'HostConfig.Binds', host: { Binds: ['/:/h'] } },
    { name: 'HostConfig.VolumesFrom', host: { VolumesFrom: ['x'] } },
    { name: 'HostConfig.Links', host: { Links: ['a:b'] } },
    { name: 'HostConfig.DnsOptions', host: { DnsOptions: ['x'] } },
    { name: 'HostConfig.ExtraHosts', host: { ExtraHosts: ['a:1.1.1.1'] } },
    { name: 'HostConfig.DeviceCgroupRules', host: { DeviceCgroupRules: ['a *:* rwm'] } },
    { name: 'HostConfig.DeviceRequests', host: { DeviceRequests: [{ Count: -1 }] } },
    { name: 'HostConfig.BlkioWeight', host: { BlkioWeight: 10 } },
    { name: 'HostConfig.CpuQuota', host: { CpuQuota: -1 } },
    { name: 'HostConfig.CpusetCpus', host: { CpusetCpus: '0' } },
    { name: 'HostConfig.KernelMemory', host: { KernelMemory: 1 } },
    { name: 'HostConfig.StorageOpt', host: { StorageOpt: { size: '1G' } } },
    { name: 'HostConfig.Cgroup', host: { Cgroup: 'container:x' } },
    { name: 'HostConfig.VolumeDriver', host: { VolumeDriver: 'x' } },
    { name: 'HostConfig.Isolation', host: { Isolation: 'hyperv' } },
    { name: 'HostConfig.Annotations', host: { Annotations: { 'run.oci.keep_original_groups': '1' } } },
    { name: 'HostConfig.MemorySwappiness', host: { MemorySwappiness: 60 } },
    { name: 'HostConfig.FutureField', host: { FutureField: true } },
    { name: 'Config.Volumes', config: { Volumes: { '/data': {} } } },
    { name: 'Config.MacAddress', config: { MacAddress: '02:42:ac:11:00:02' } },
    { name: 'Config.OnBuild', config: { OnBuild: ['x'] } },
    { name: 'Config.Domainname', config: { Domainname: 'x' } },
    { name: 'Config.Hostname', config: { Hostname: 'postgres' } },
    { name: 'Config.StopTimeout', config: { StopTimeout: 1000 } },
    { name: 'Config.FutureField', config: { FutureField: 'x' } },
    { name: 'Mounts[/data]', top: { Mounts: [{ Type: 'volume', Destination: '/data', RW: true }] } },
    { name: 'Mounts[/a]', host: { Mounts: [bind] }, top: { Mounts: [] } },
    { name: 'Mounts[/a]', host: { Mounts: [bind] }, top: { Mounts: [{ ...foundMount(bind), Type: 'volume' }] } },
    { name: 'Mounts[/a]', host: { Mounts: [bind] }, top: { Mounts: [{ ...foundMount(bind), Source: '/b' }] } },
    {
      name: 'Mounts[/a]',
      host: { Mounts: [{ ...bind, BindOptions: { Propagation: 'rprivate' } }] },
      top: { Mounts: [{ ...foundMount(bind), Propagation: 'rshared' }] },
    },
    { name: 'Mounts[/a]', host: { Mounts: [volume] }, top: { Mounts: [{ ...foundMount(volume), Driver: 'nfs' }] } },
    { name: 'Mounts[/a]', host: { Mounts: [volume] }, top: { Mounts: [{ ...foundMount(volume), Name: 'x' }] } },
    { name: 'Path', top: { Path: '/bin/sh' } },
    { name: 'Path', top: { Args: ['infinity', 'x'] } },
    {
      name: 'HostConfig.RestartPolicy.MaximumRetryCount',
      host: { RestartPolicy: { Name: 'no', MaximumRetryCount: 5 } },
    },
    { name: 'HostConfig.LogConfig.Future', host: { LogConfig: { ...recorded.HostConfig.LogConfig, Future: 1 } } },
    {
      name: 'HostConfig.Devices.Future',
      host: { Devices: [{ PathOnHost: '/dev/a', PathInContainer: '/dev/a', CgroupPermissions: 'rwm', Future: 1 }] },
    },
    {
      name: 'PortBindings[80/tcp].Future',
      host: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080', Future: 1 }] } },
    },
    ...['Aliases', 'Links', 'DNSNames'].map((key) => ({
      name: `Networks[none].${key}`,
      ...endpoint({ [key]: ['x'] }),
    })),
    ...['IPAMConfig', 'DriverOpts'].map((key) => ({
      name: `Networks[none].${key}`,
      ...endpoint({ [key]: { a: 'b' } }),
    })),
    ...['MacAddress', 'IPAddress', 'Gateway', 'Future'].map((key) => ({
      name: `Networks[none].${key}`,
      ...endpoint({ [key]: 'x' }),
    })),
    { name: 'Networks[none].GwPriority', ...endpoint({ GwPriority: 1 }) },
    {
      name: 'Ports[80/tcp]',
      top: {
        NetworkSettings: { Networks: { none }, Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] } },
      },
    },
    {
      name: 'Ports[80/tcp]',
      host: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] } },
      top: {
        NetworkSettings: { Networks: { none }, Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] } },
      },
    },
    {
      name: 'Labels[com.docker.compose.project]',
      config: { Labels: { ...labels, 'com.docker.compose.project': 'x' } },
    },
    { name: 'Labels[MCPSession.dev/UID]', config: { Labels: { ...labels, 'MCPSession.dev/UID': 'x' } } },
    { name: 'Networks[bridge]', top: { NetworkSettings: { Networks: { none, bridge: {} } } } },
    {
      name: 'PortBindings[80/tcp]',
      host: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '80-90' }] } },
    },
  ])('$name', ({ name, ...changes }: InspectChanges & { readonly name: string }) => {
    expect(specIn(answer(changes)).unmodelled).toEqual([name]);
  });

  test.each([
    {
      name: 'what newer engines write for nothing',
      host: { MemorySwappiness: -1, Isolation: 'default', Annotations: {}, StorageOpt: null },
    },
    {
      name: 'a label that no software acts on',
      config: { Labels: { ...labels, 'org.opencontainers.image.title': 'x', 'local.mcps.recipe': 'x' } },
    },
    { name: 'the size of a console', host: { ConsoleSize: [0, 0] } },
    { name: 'no network before the start', top: { NetworkSettings: { Networks: null } } },
    {
      name: 'a port that the image offers',
      top: { NetworkSettings: { Networks: { none }, Ports: { '80/tcp': null } } },
    },
    {
      name: 'a port that is published as asked',
      host: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }] } },
      top: {
        NetworkSettings: { Networks: { none }, Ports: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '49153' }] } },
      },
    },
  ])('$name is not', ({ name: _name, ...changes }) => {
    expect(specIn(answer(changes)).unmodelled).toEqual([]);
  });

  test.each([
    {
      name: 'a volume driver',
      mount: { VolumeOptions: { DriverConfig: { Name: 'local' } } },
      want: 'Mounts[/a].VolumeOptions',
    },
    { name: 'options of a tmpfs', mount: { TmpfsOptions: { SizeBytes: 1 } }, want: 'Mounts[/a].TmpfsOptions' },
    {
      name: 'an option of a bind that newer engines have',
      mount: { BindOptions: { NonRecursive: true, ReadOnlyNonRecursive: true } },
      want: 'Mounts[/a].BindOptions.ReadOnlyNonRecursive',
    },
    { name: 'consistency', mount: { Consistency: 'cached' }, want: 'Mounts[/a].Consistency' },
  ])('$name of a mount', ({ mount, want }) => {
    const given = answer({ host: { Mounts: [{ ...bind, ...mount }] } });
    expect(specIn(given).unmodelled).toEqual([want]);
  });

  test('a mount that is writable although it was asked for as read-only', () => {
    const given = answer({ host: { Mounts: [bind] }, top: { Mounts: [{ ...foundMount(bind), RW: true }] } });
    expect(specIn(given).unmodelled).toEqual(['Mounts[/a]']);
  });
});

describe('reads the effect, not the words', () => {
  test.each<{ name: string; host?: Change; config?: Change; top?: Change; want: Partial<ContainerSpec> }>([
    {
      name: 'capabilities in any spelling',
      host: { CapAdd: ['sys_admin', 'CAP_NET_RAW'] },
      want: { capabilitiesAdded: ['SYS_ADMIN', 'NET_RAW'] },
    },
    {
      name: 'unmasked paths',
      host: { MaskedPaths: [], ReadonlyPaths: null },
      want: { maskedPaths: [], readonlyPaths: [] },
    },
    { name: 'no limit of processes', host: { PidsLimit: null }, want: { pidsLimit: 0 } },
    {
      name: 'a port without an address',
      host: { PortBindings: { '80/tcp': null } },
      want: { ports: [{ containerPort: 80, protocol: 'tcp', hostIp: '', hostPort: 0 }] },
    },
    {
      name: 'a tmpfs without a size',
      host: { Tmpfs: { '/tmp': '' } },
      want: { tmpfs: [{ path: '/tmp', sizeBytes: 0, options: [] }] },
    },
    {
      name: 'a restart policy left out',
      host: { RestartPolicy: { Name: '', MaximumRetryCount: 0 } },
      want: { restartPolicy: 'no' },
    },
    {
      name: 'the health check of an image',
      config: { Healthcheck: { Test: ['CMD', 'true'] } },
      want: { healthcheck: true },
    },
    { name: 'no init', host: { Init: null }, want: { init: false } },
    {
      name: 'a bind that takes the mounts below it along',
      host: { Mounts: [bind] },
      want: {
        mounts: [{ type: 'bind', source: '/a', target: '/a', readOnly: true, propagation: '', recursive: true }],
      },
    },
    {
      name: 'label=disable, which the engine adds by itself to a privileged container',
      host: { Privileged: true, SecurityOpt: [...SecurityOpt, 'label=disable'] },
      want: { privileged: true, seccomp: 'Unconfined' },
    },
    {
      name: 'label=disable, which the engine adds by itself to the PID namespace of the host',
      host: { PidMode: 'host', SecurityOpt: [...SecurityOpt, 'label=disable'] },
      want: { pidMode: 'host' },
    },
    {
      name: 'label=disable, which the engine adds by itself to the IPC namespace of the host',
      host: { IpcMode: 'host', SecurityOpt: [...SecurityOpt, 'label=disable'] },
      want: { ipcMode: 'host' },
    },
    {
      name: 'label=disable that somebody asked for',
      host: { NetworkMode: 'host', SecurityOpt: [...SecurityOpt, 'label=disable'] },
      config: { Hostname: 'node-1' },
      top: { NetworkSettings: { Networks: { host: {} } } },
      want: { networkMode: 'host', otherSecurityOptions: ['label=disable'] },
    },
    {
      name: 'an AppArmor profile that was taken away',
      top: { AppArmorProfile: 'unconfined' },
      want: { appArmor: 'Unconfined' },
    },
  ])('$name', ({ want, name: _name, ...changes }) => {
    expect(specIn(answer(changes))).toEqual(aContainer(want));
  });
});

test('any spec that we print reads back the same', () => {
  fc.assert(
    fc.property(anySpec(), (spec) => {
      const request = toCreateRequest(spec as LockedDownSpec); // the printer alone, without the rules
      expect(specIn(inspectAnswerOf(request))).toEqual(spec);
    }),
  );
});

test('refuses an answer that has another form, and says where', () => {
  expect(() => fromInspect({ ...recorded, State: { Status: 'haunted' } }, home)).toThrow(
    'unexpected form at "State.Status"',
  );
  expect(() => fromInspect(null, home)).toThrow('unexpected form');
});

function anySpec(): fc.Arbitrary<ContainerSpec> {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
  const path = word.map((name) => `/${name}`);
  const size = fc.integer({ min: 1, max: 2 ** 40 });
  const byKey = <T>(key: (item: T) => string | number) => ({ selector: key, maxLength: 4 });
  const ports = fc
    .uniqueArray(
      fc.record({
        containerPort: fc.integer({ min: 1, max: 65_535 }),
        protocol: fc.constantFrom('tcp', 'udp'),
        hostIp: fc.constantFrom('', '127.0.0.1', '::1'),
        hostPort: fc.nat(65_535),
      }),
      byKey((port) => port.containerPort),
    )
    .map((list) => list.toSorted((left, right) => left.containerPort - right.containerPort));
  const tmpfs = fc
    .uniqueArray(
      fc.record({
        path,
        sizeBytes: fc.oneof(fc.constant(0), size),
        options: fc.subarray(['exec', 'mode=1777', 'nodev', 'noexec', 'nosuid', 'uid=1001']),
      }),
      byKey((mount) => mount.path),
    )
    .map((list) => list.toSorted((left, right) => (left.path < right.path ? -1 : 1)));
  const bind = fc.record({
    type: fc.constant('bind'),
    source: path,
    target: path,
    readOnly: fc.boolean(),
    propagation: fc.constantFrom('', 'rprivate', 'rshared'),
    recursive: fc.boolean(),
  });
  const volume = fc.record({ source: word, target: path, readOnly: fc.boolean() });
  const mount = fc.oneof(
    bind,
    volume.map((each) => ({ ...each, type: 'volume', propagation: '', recursive: false })),
  );
  return fc
    .record({
      entrypoint: fc.array(fc.string(), { maxLength: 3 }),
      command: fc.array(fc.string(), { maxLength: 3 }),
      env: fc.array(fc.record({ name: word, value: fc.string() }), { maxLength: 4 }),
      user: fc.constantFrom('1001:1001', '0:0', 'root', ''),
      privileged: fc.boolean(),
      readOnlyRootFilesystem: fc.boolean(),
      capabilitiesAdded: fc.subarray(['NET_RAW', 'SYS_ADMIN']),
      noNewPrivileges: fc.boolean(),
      seccomp: fc.constantFrom('RuntimeDefault', 'EngineDefault', 'Unconfined'),
      appArmor: fc.oneof(fc.constantFrom('RuntimeDefault', 'Unconfined'), word),
      networkMode: fc.constantFrom('none', 'host', 'container:x'),
      pidMode: fc.constantFrom('', 'host'),
      healthcheck: fc.constant(false),
      nanoCpus: size,
      memoryBytes: size,
      pidsLimit: fc.integer({ min: -1, max: 1000 }),
      ulimits: fc.array(fc.record({ name: word, soft: fc.nat(), hard: fc.nat() }), { maxLength: 3 }),
      oomScoreAdj: fc.integer({ min: -1000, max: 1000 }),
      tmpfs,
      mounts: fc.uniqueArray(
        mount,
        byKey((each) => each.target),
      ),
      devices: fc.array(
        fc.tuple(path, path).map(([host, target]) => `${host}:${target}`),
        { maxLength: 2 },
      ),
      sysctls: fc.dictionary(word, word, { maxKeys: 3 }),
      groups: fc.array(word, { maxLength: 2 }),
      ports,
      logOptions: fc.dictionary(word, word, { maxKeys: 2 }),
      init: fc.boolean(),
      autoRemove: fc.boolean(),
    })
    .map((change) => aContainer(change.privileged ? { ...change, seccomp: 'Unconfined' } : change));
}
