// HostConfig: security.md 4.2, field by field.

import { DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS } from '../../../../src/rules/default-paths.ts';
import { DRIFT, denied, type VerdictRow } from './verdict.ts';

const isolation: readonly VerdictRow[] = [
  { field: 'HostConfig.Privileged', verdict: 'fixed', sends: false, hostile: [true], foundBy: 'MCPS-901' },
  {
    field: 'HostConfig.CapAdd',
    verdict: 'fixed',
    sends: [],
    hostile: [['SYS_ADMIN'], ['CAP_SYS_ADMIN'], ['cap_sys_admin'], ['ALL'], ['NET_BIND_SERVICE']],
    foundBy: 'MCPS-902',
  },
  {
    field: 'HostConfig.CapDrop',
    verdict: 'fixed',
    sends: ['ALL'],
    hostile: [null, [], ['NET_RAW'], ['ALL', 'ALL']],
    foundBy: 'MCPS-902',
  },
  {
    field: 'HostConfig.SecurityOpt',
    verdict: 'asked',
    hostile: [null, [], ['no-new-privileges', 'no-new-privileges=false'], ['no-new-privileges:false']],
    foundBy: 'MCPS-904',
  },
  {
    field: 'HostConfig.MaskedPaths',
    verdict: 'fixed',
    sends: DEFAULT_MASKED_PATHS,
    hostile: [null, [], ['/proc/kcore']],
    foundBy: 'MCPS-909',
  },
  {
    field: 'HostConfig.ReadonlyPaths',
    verdict: 'fixed',
    sends: DEFAULT_READONLY_PATHS,
    hostile: [null, [], ['/proc/bus']],
    foundBy: 'MCPS-909',
  },
  { field: 'HostConfig.ReadonlyRootfs', verdict: 'fixed', sends: true, hostile: [false, null], foundBy: 'MCPS-908' },
  mode('UsernsMode', '', ['host', 'Host', 'x']),
  mode('PidMode', '', ['host', 'container:x', 'Host', 'container:']),
  mode('IpcMode', 'private', ['host', 'shareable', 'container:x', 'none', '']),
  mode('UTSMode', '', ['host', 'x']),
  mode('CgroupnsMode', 'private', ['host', '', null]),
  mode('CgroupParent', '', ['/', '../../x', '/../../../esc', 'system.slice']),
  mode('NetworkMode', 'none', ['host', 'container:x', 'bridge', 'default', 'other', 'HOST', ' host', '']),
  {
    field: 'HostConfig.Dns',
    verdict: 'fixed',
    sends: [],
    hostile: [['127.0.0.1'], ['192.0.2.53']],
    foundBy: 'MCPS-910',
  },
  {
    field: 'HostConfig.PortBindings',
    verdict: 'fixed', // no network, no ports (K-39)
    sends: {},
    hostile: [{ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] }, { '80/tcp': null }, { '80/udp': [] }],
    foundBy: 'MCPS-921',
  },
  { field: 'HostConfig.PublishAllPorts', verdict: 'fixed', sends: false, hostile: [true], foundBy: 'MCPS-921' },
  {
    field: 'HostConfig.GroupAdd',
    verdict: 'fixed',
    sends: [],
    hostile: [['0'], ['105'], ['docker']],
    foundBy: 'MCPS-920',
  },
  {
    field: 'HostConfig.Sysctls',
    verdict: 'asked',
    hostile: [
      { 'net.ipv4.ip_forward': '1' },
      { 'net/ipv4/conf/all/route_localnet': '1' },
      { 'kernel.core_pattern': '|/x' },
      { 'net.ipv4.tcp_syncookies': '1\n2' },
    ],
    foundBy: 'MCPS-919',
  },
  {
    field: 'HostConfig.Runtime',
    verdict: 'asked',
    hostile: ['io.containerd.x.v2', 'crun', '', null],
    foundBy: 'MCPS-922',
  },
];

function mode(name: string, sends: string, hostile: readonly unknown[]): VerdictRow {
  return { field: `HostConfig.${name}`, verdict: 'fixed', sends, hostile, foundBy: 'MCPS-910' };
}

const limits: readonly VerdictRow[] = [
  {
    field: 'HostConfig.NanoCpus',
    verdict: 'asked',
    hostile: [0, -1, null, 5_000_000_000],
    foundBy: 'MCPS-911',
  },
  { field: 'HostConfig.CpuShares', verdict: 'fixed', sends: 256, hostile: [2048, 262_144, -1], foundBy: 'MCPS-911' },
  { field: 'HostConfig.Memory', verdict: 'asked', hostile: [0, -1, null, 2 ** 40], foundBy: 'MCPS-912' },
  { field: 'HostConfig.MemorySwap', verdict: 'asked', hostile: [-1, 0, null, 2 ** 40], foundBy: 'MCPS-912' },
  { field: 'HostConfig.OomKillDisable', verdict: 'fixed', sends: false, hostile: [true], foundBy: 'MCPS-912' },
  { field: 'HostConfig.OomScoreAdj', verdict: 'fixed', sends: 0, hostile: [-1000, -1, 1001], foundBy: 'MCPS-912' },
  {
    field: 'HostConfig.ShmSize',
    verdict: 'fixed',
    sends: 67_108_864,
    hostile: [0, null, 2 ** 50],
    foundBy: 'MCPS-912',
  },
  { field: 'HostConfig.PidsLimit', verdict: 'asked', hostile: [null, 0, -1, 100_000], foundBy: 'MCPS-913' },
  {
    field: 'HostConfig.Ulimits',
    verdict: 'asked',
    hostile: [
      null,
      [],
      [{ Name: 'core', Soft: -1, Hard: -1 }],
      [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'cpu', Soft: 60, Hard: 60 },
        { Name: 'nofile', Soft: 1024, Hard: 1024 },
        { Name: 'nproc', Soft: 50, Hard: 50 },
      ],
    ],
    foundBy: 'MCPS-914',
  },
  {
    field: 'HostConfig.Tmpfs',
    verdict: 'asked',
    hostile: [
      { '/tmp': '' },
      { '/tmp': 'size=100%,nosuid,nodev,noexec' },
      { '/tmp': 'size=1m,exec,suid,dev' },
      { '/tmp': 'size=1m,nosuid,nodev,noexec,nr_inodes=0' },
      { '/proc/acpi': 'size=1m,nosuid,nodev,noexec' },
      { '/tmp': 'size=1125899906842624,nosuid,nodev,noexec' },
    ],
    foundBy: 'MCPS-916',
  },
];

const lifecycle: readonly VerdictRow[] = [
  {
    field: 'HostConfig.Devices',
    verdict: 'fixed',
    sends: [],
    hostile: [
      [{ PathOnHost: '/dev', PathInContainer: '/dev', CgroupPermissions: 'rwm' }],
      [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/x', CgroupPermissions: 'r' }],
    ],
    foundBy: 'MCPS-918',
  },
  // false, because the session init is PID 1; without it the engine's own reaper may run.
  { field: 'HostConfig.Init', verdict: 'asked', hostile: [true], foundBy: 'MCPS-930' },
  {
    field: 'HostConfig.LogConfig.Type',
    verdict: 'asked',
    hostile: ['syslog', 'fluentd', 'gelf', 'splunk', ''],
    foundBy: 'MCPS-923',
  },
  {
    field: 'HostConfig.LogConfig.Config',
    verdict: 'asked',
    hostile: [{ 'max-size': '-1' }, { capath: '/x' }],
    foundBy: DRIFT,
  },
  {
    field: 'HostConfig.RestartPolicy.Name',
    verdict: 'fixed',
    sends: 'no',
    hostile: ['always', 'on-failure', 'unless-stopped'],
    foundBy: 'MCPS-924',
  },
  { field: 'HostConfig.RestartPolicy.MaximumRetryCount', verdict: 'denied', hostile: [5], foundBy: 'MCPS-929' },
  { field: 'HostConfig.AutoRemove', verdict: 'fixed', sends: false, hostile: [true], foundBy: 'MCPS-924' },
];

const path = [{ Path: '/dev/sda', Rate: 1 }];

export const hostConfigRows: readonly VerdictRow[] = [
  ...isolation,
  ...limits,
  ...lifecycle,
  ...denied('HostConfig', {
    Binds: [['/:/h'], ['/etc:/x:ro']],
    VolumesFrom: [['other']],
    VolumeDriver: ['nfs'],
    Links: [['db:db']],
    DnsOptions: [['a\nnameserver 1.1.1.1']],
    DnsSearch: [['x']],
    ExtraHosts: [['node:host-gateway'], ['a:1.1.1.1\n2.2.2.2 kubernetes']],
    ContainerIDFile: ['/tmp/x'],
    Cgroup: ['container:x'],
    Capabilities: [['CAP_SYS_ADMIN']], // API 1.40 alone
    DeviceCgroupRules: [['a *:* rwm']],
    DeviceRequests: [[{ Driver: 'nvidia', Count: -1 }]],
    MemoryReservation: [1],
    MemorySwappiness: [60],
    KernelMemory: [1],
    KernelMemoryTCP: [1],
    CpuPeriod: [1000],
    CpuQuota: [-1],
    CpuRealtimePeriod: [1],
    CpuRealtimeRuntime: [1],
    CpusetCpus: ['0'],
    CpusetMems: ['0'],
    CpuCount: [1],
    CpuPercent: [1],
    IOMaximumIOps: [1],
    IOMaximumBandwidth: [1],
    DiskQuota: [1],
    BlkioWeight: [500],
    BlkioWeightDevice: [[{ Path: '/dev/sda', Weight: 1 }]],
    BlkioDeviceReadBps: [path],
    BlkioDeviceWriteBps: [path],
    BlkioDeviceReadIOps: [path],
    BlkioDeviceWriteIOps: [path],
    StorageOpt: [{ size: '10G' }],
    Annotations: [{ 'run.oci.keep_original_groups': '1' }, { 'dev.gvisor.flag.x': 'y' }],
    Isolation: ['hyperv'],
    ConsoleSize: [[1000, 1000]],
    FieldOfTomorrow: [true, 'x', { a: 1 }],
  }),
];
