import { expect, test } from 'vitest';

import { SESSION_SECCOMP_JSON } from '../../../src/docker/seccomp/profile.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import type { LockedDownSpec } from '../../../src/rules/lock-down.ts';
import { aContainer } from '../../support/container-builder.ts';

// A unit test of the printer alone: specs that the rules would refuse are printed too.
const print = (spec: ContainerSpec) => toCreateRequest(spec as LockedDownSpec);

test('prints the one profile of a session, every field of it', () => {
  expect(print(aContainer())).toEqual({
    name: 'mcps-0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f',
    body: {
      Image: `sha256:${'ab'.repeat(32)}`,
      Entrypoint: ['sleep'],
      Cmd: ['infinity'],
      WorkingDir: '/workspace',
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
      User: '1001:1001',
      Labels: {
        'mcpsession.dev/cluster': 'cluster-1',
        'mcpsession.dev/node': 'node-1',
        'mcpsession.dev/uid': '0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f',
        'mcpsession.dev/namespace': 'team-a',
        'mcpsession.dev/name': 'hello',
        'mcpsession.dev/instance-generation': '1',
        'mcpsession.dev/attempt': '0',
        'mcpsession.dev/spec-hash': 'c0'.repeat(32),
      },
      Tty: false,
      OpenStdin: false,
      StdinOnce: false,
      StopSignal: 'SIGTERM',
      ExposedPorts: {},
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        Binds: [],
        VolumesFrom: [],
        VolumeDriver: '',
        Links: [],
        Dns: [],
        DnsOptions: [],
        DnsSearch: [],
        ExtraHosts: [],
        Cgroup: '',
        ContainerIDFile: '',
        DeviceCgroupRules: [],
        DeviceRequests: [],
        BlkioWeight: 0,
        CpuPeriod: 0,
        CpuQuota: 0,
        CpuRealtimePeriod: 0,
        CpuRealtimeRuntime: 0,
        CpusetCpus: '',
        CpusetMems: '',
        MemoryReservation: 0,
        Privileged: false,
        ReadonlyRootfs: true,
        CapAdd: [],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true', `seccomp=${SESSION_SECCOMP_JSON}`],
        MaskedPaths: aContainer().maskedPaths,
        ReadonlyPaths: aContainer().readonlyPaths,
        NetworkMode: 'none',
        PidMode: '',
        IpcMode: 'private',
        UTSMode: '',
        UsernsMode: '',
        CgroupnsMode: 'private',
        CgroupParent: '',
        Sysctls: {},
        GroupAdd: [],
        PortBindings: {},
        PublishAllPorts: false,
        Runtime: 'runc',
        NanoCpus: 1_000_000_000,
        CpuShares: 256,
        Memory: 536_870_912,
        MemorySwap: 536_870_912,
        PidsLimit: 50,
        Ulimits: [
          { Name: 'core', Soft: 0, Hard: 0 },
          { Name: 'cpu', Soft: 60, Hard: 60 },
          { Name: 'nofile', Soft: 1024, Hard: 1024 },
        ],
        ShmSize: 67_108_864,
        OomKillDisable: false,
        OomScoreAdj: 0,
        Tmpfs: {
          '/tmp': 'mode=1777,nodev,noexec,nosuid,size=104857600',
          '/workspace': 'exec,gid=1001,mode=0750,nodev,nosuid,uid=1001,size=268435456',
        },
        Mounts: [],
        Devices: [],
        Init: true,
        LogConfig: { Type: 'json-file', Config: { 'max-file': '2', 'max-size': '10m' } },
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        AutoRemove: false,
      },
    },
  });
});

test.each([
  {
    name: 'a bind mount',
    change: {
      mounts: [
        { type: 'bind', source: '/srv/a', target: '/a', readOnly: true, propagation: 'rprivate', recursive: false },
      ],
    },
    want: {
      Mounts: [
        {
          Type: 'bind',
          Source: '/srv/a',
          Target: '/a',
          ReadOnly: true,
          BindOptions: { Propagation: 'rprivate', NonRecursive: true },
        },
      ],
    },
  },
  {
    name: 'two bindings of one port',
    change: {
      ports: [
        { containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.1', hostPort: 8080 },
        { containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.2', hostPort: 0 },
      ],
    },
    want: {
      PortBindings: {
        '80/tcp': [
          { HostIp: '127.0.0.1', HostPort: '8080' },
          { HostIp: '127.0.0.2', HostPort: '0' },
        ],
      },
    },
  },
  {
    name: 'a device',
    change: { devices: ['/dev/kvm:/dev/kvm', '/dev/a:/dev/b:r'] },
    want: {
      Devices: [
        { PathOnHost: '/dev/kvm', PathInContainer: '/dev/kvm', CgroupPermissions: 'rwm' },
        { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'r' },
      ],
    },
  },
])('prints $name', ({ change, want }) => {
  expect(print(aContainer(change)).body['HostConfig']).toMatchObject(want);
});
