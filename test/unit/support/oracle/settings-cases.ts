// What the engine can be told that no container of ours may have: one thing each.

import type { OracleCase } from './a-subject.ts';

const MIB = 1_048_576;
const profile = (change: Record<string, unknown>): string =>
  `seccomp=${JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [], ...change })}`;
const options = (seccomp: string, ...others: readonly string[]) => ['no-new-privileges:true', seccomp, ...others];

/** Of the container's HostConfig: a field, and a value that it must not have. */
export const HOST: readonly (readonly [field: string, value: unknown])[] = [
  ['Privileged', true],
  ['ReadonlyRootfs', false],
  ['CapDrop', []],
  ['CapDrop', ['NET_RAW']],
  ['CapAdd', ['CHOWN']],
  ['MaskedPaths', []],
  ['MaskedPaths', null],
  ['ReadonlyPaths', ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys']],
  ['IpcMode', 'host'],
  ['IpcMode', 'shareable'],
  ['IpcMode', 'container:x'],
  ['PidMode', 'host'],
  ['UTSMode', 'host'],
  ['UsernsMode', 'host'],
  ['CgroupnsMode', 'host'],
  ['CgroupParent', '/other'],
  ['NetworkMode', 'host'],
  ['NetworkMode', 'bridge'],
  ['NetworkMode', 'mcps-of-another-session'],
  ['Memory', 0],
  ['Memory', 3 * 1024 * MIB],
  ['MemorySwap', -1],
  ['MemorySwap', 1024 * MIB],
  ['MemorySwappiness', 60],
  ['NanoCpus', 0],
  ['CpuShares', 2048],
  ['PidsLimit', 0],
  ['PidsLimit', -1],
  ['PidsLimit', null],
  ['OomKillDisable', true],
  ['OomScoreAdj', -500],
  ['ShmSize', 1024 * MIB],
  ['Ulimits', []],
  ['Ulimits', [{ Name: 'nproc', Soft: 1, Hard: 1 }]],
  ['Sysctls', { 'kernel.msgmax': '1' }],
  ['PortBindings', { '80/tcp': [{ HostIp: '', HostPort: '8080' }] }],
  ['PortBindings', { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] }],
  ['PortBindings', { '80/tcp': null }],
  ['PublishAllPorts', true],
  ['LogConfig', { Type: 'json-file', Config: {} }],
  ['LogConfig', { Type: 'syslog', Config: {} }],
  ['RestartPolicy', { Name: 'always' }],
  ['AutoRemove', true],
  ['Runtime', 'other'],
  ['Init', true],
  ['Devices', [{ PathOnHost: '/dev/sda' }]],
  ['DeviceRequests', [{ Driver: 'nvidia' }]],
  ['DeviceCgroupRules', ['a *:* rwm']],
  ['Binds', ['/:/host']],
  ['VolumesFrom', ['other']],
  ['VolumeDriver', 'nfs'],
  ['Links', ['other']],
  ['GroupAdd', ['0']],
  ['Dns', ['192.0.2.1']],
  ['ExtraHosts', ['a:192.0.2.1']],
  ['FieldOfANewerEngine', true],
];

export const CONFIG: readonly (readonly [field: string, value: unknown])[] = [
  ['User', ''],
  ['User', '0:0'],
  ['User', '1001:0'],
  ['User', 'root'],
  ['Hostname', 'node-1'],
  ['Domainname', 'cluster.local'],
  ['OpenStdin', false],
  ['Tty', true],
  ['AttachStdin', true],
  ['Env', ['LD_PRELOAD=/tmp/x']],
  ['Env', ['DOCKER_HOST=tcp://192.0.2.1']],
  ['Entrypoint', []],
  ['Image', 'mcps.local/busybox:1'],
  ['Healthcheck', { Test: ['CMD', 'true'] }],
  ['StopSignal', 'SIGSTOP'],
  ['StopTimeout', 3600],
  ['WorkingDir', '/proc/1'],
  ['ExposedPorts', { '80/tcp': {} }],
  ['Volumes', { '/data': {} }],
  ['OnBuild', ['RUN x']],
  ['Labels', {}],
];

export const SECURITY_OPTIONS: readonly OracleCase[] = [
  ['SecurityOpt.no-new-privileges', ({ host }) => (host['SecurityOpt'] = [profile({})])],
  ['SecurityOpt.no-new-privileges', ({ host }) => (host['SecurityOpt'] = ['no-new-privileges:false', profile({})])],
  ['SecurityOpt.no-new-privileges', ({ host }) => (host['SecurityOpt'] = options(profile({}), 'no-new-privileges=0'))],
  ['SecurityOpt.seccomp', ({ host }) => (host['SecurityOpt'] = ['no-new-privileges:true'])],
  ['SecurityOpt.seccomp', ({ host }) => (host['SecurityOpt'] = options('seccomp=unconfined'))],
  ['SecurityOpt.seccomp', ({ host }) => (host['SecurityOpt'] = options(profile({ defaultAction: 'SCMP_ACT_ALLOW' })))],
  ['SecurityOpt.seccomp', ({ host }) => (host['SecurityOpt'] = options(profile({}), 'seccomp=unconfined'))],
  [
    'SecurityOpt.seccomp',
    ({ host }) =>
      (host['SecurityOpt'] = options(profile({ syscalls: [{ names: ['ptrace'], action: 'SCMP_ACT_ALLOW' }] }))),
  ],
  ['SecurityOpt.apparmor', ({ host }) => (host['SecurityOpt'] = options(profile({}), 'apparmor=unconfined'))],
  ['SecurityOpt.other', ({ host }) => (host['SecurityOpt'] = options(profile({}), 'label=disable'))],
  ['SecurityOpt.other', ({ host }) => (host['SecurityOpt'] = options(profile({}), 'systempaths=unconfined'))],
];

export const OTHERS: readonly OracleCase[] = [
  ['Name', ({ inspected }) => (inspected['Name'] = '/mcps-another')],
  ['AppArmorProfile', ({ inspected }) => (inspected['AppArmorProfile'] = 'unconfined')],
  ['Networks', ({ inspected }) => (inspected['NetworkSettings'] = { Networks: { none: {}, bridge: {} } })],
  ['Config.Labels', ({ labels }) => (labels['traefik.enable'] = 'true')],
  ['Config.Labels', ({ labels }) => void delete labels['mcpsession.dev/spec-hash']],
];
