// Containers that are weakened on purpose, each with the checks of the probe that must fail in it and the differences that the oracle
// must find. A probe or an oracle that sees nothing cannot pass for a session that is safe (security.md 4.8).

import { existsSync } from 'node:fs';

import type { NodeThings } from './node-things.ts';

type Settings = Readonly<Record<string, unknown>>;

export interface Control {
  readonly name: string;
  /** Take the place of those of a session, by their names in the engine's API. */
  readonly host?: Settings | ((node: NodeThings) => Settings);
  readonly config?: Settings;
  readonly probe?: readonly string[];
  /** Ids of checks, parted by blanks. Any other check must hold. */
  readonly fails: string;
  /** Those that fail on some machines and not on others, and why. */
  readonly may?: { readonly ids: string; readonly why: string };
  /** Names of differences that the oracle must find among others; none where nothing of the container is different. */
  readonly finds: readonly string[];
}

const NO_NEW_PRIVILEGES = 'no-new-privileges:true';
const bind = (Source: string, Target: string, more: Settings = {}): Settings => ({
  Type: 'bind',
  Source,
  Target,
  ReadOnly: true,
  ...more,
});

/** Checks of something that this kernel does not have at all, so that no container of this node could show it. */
export const absentHere: Readonly<Record<string, boolean>> = {
  P19: !existsSync('/proc/sysrq-trigger'),
  P23: existsSync('/sys/fs/cgroup/cgroup.controllers'), // version 2 knows no release_agent
};

const limitControls: readonly Control[] = [
  {
    name: 'what `docker run` gives by itself',
    host: {
      ...{ ReadonlyRootfs: false, CapDrop: [], SecurityOpt: [], Tmpfs: {}, MaskedPaths: null, ReadonlyPaths: null },
      ...{ NanoCpus: 0, Memory: 0, MemorySwap: 0, PidsLimit: 0, Ulimits: [], NetworkMode: 'default' },
    },
    config: { User: '' },
    fails:
      'L1 L2 L3 L4 L5 N1 N2 N3 N4 U1 U2 U3 U4 U5 F1 F2 F3 F6 S1 S2 S5 P01 P02 P03 P04 P06 P08 P09 P13 P26 P29 P30 P31 P34 P36 P37 P38 P39',
    may: { ids: 'P17', why: 'older engines do not mask /proc/interrupts' },
    finds: [
      'HostConfig.ReadonlyRootfs',
      'HostConfig.CapDrop',
      'HostConfig.NetworkMode',
      'Config.User',
      'process.CapEff',
    ],
  },
  {
    name: 'no limits',
    host: {
      NanoCpus: 0,
      Memory: 0,
      MemorySwap: 0,
      PidsLimit: 0,
      Ulimits: [{ Name: 'nofile', Soft: 4096, Hard: 4096 }],
    },
    fails: 'L1 L2 L3 L4 L5 P36 P37',
    finds: [
      'HostConfig.NanoCpus',
      'HostConfig.Memory',
      'HostConfig.PidsLimit',
      'HostConfig.Ulimits',
      'process.limits.cpu',
      'process.cgroup.cpu',
    ],
  },
  {
    name: 'limits that are too large',
    host: { NanoCpus: 2_000_000_000, Memory: 3_221_225_472, MemorySwap: -1, PidsLimit: 4096 },
    fails: 'L1 L2 L3 P36 P37',
    finds: ['HostConfig.Memory', 'HostConfig.MemorySwap', 'HostConfig.PidsLimit'],
  },
];

const privilegeControls: readonly Control[] = [
  {
    name: 'root, and a root file system that can be written',
    host: { ReadonlyRootfs: false },
    config: { User: '0:0' },
    fails: 'U1 U2 U3 U4 U5 F1 F2 F3 P01 P02 P08 P09 P30 P39',
    finds: ['HostConfig.ReadonlyRootfs', 'Config.User', 'process.Uid', 'process.Gid', 'mountinfo[/]'],
  },
  {
    name: 'new privileges, and capabilities to gain',
    host: { CapDrop: [], SecurityOpt: [] },
    fails: 'U5 S2 P04 P06 P31 S5',
    finds: ['HostConfig.CapDrop', 'SecurityOpt.no-new-privileges', 'process.CapBnd', 'process.NoNewPrivs'],
  },
  {
    name: 'no filter of system calls',
    host: { SecurityOpt: [NO_NEW_PRIVILEGES, 'seccomp=unconfined'] },
    fails: 'S3 S5 P07',
    may: { ids: 'S4 P28', why: 'a kernel may forbid user namespaces to all but root' },
    finds: ['SecurityOpt.seccomp', 'process.Seccomp'],
  },
  {
    name: 'root with SYS_ADMIN and no filters',
    host: { CapDrop: [], CapAdd: ['SYS_ADMIN'], SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'] },
    config: { User: '0:0' },
    probe: ['--inherit'],
    fails: 'U1 U2 U3 U4 U5 S1 S2 S3 S4 S5 P01 P02 P03 P04 P05 P06 P07 P26 P27 P28 P29 P30 P31 P39',
    finds: ['HostConfig.CapAdd', 'SecurityOpt.seccomp', 'SecurityOpt.apparmor', 'process.CapEff', 'process.CapPrm'],
  },
  {
    name: 'privileged',
    host: { Privileged: true, SecurityOpt: [NO_NEW_PRIVILEGES], MaskedPaths: null, ReadonlyPaths: null },
    fails: 'S3 S5 P04 P07 P17 P18 P19 P20 P21 P22 P25',
    may: {
      ids: 'P05 P15 P24 S4 P28',
      why: 'older engines leave capabilities inheritable; a node may have no block device or no user namespaces',
    },
    finds: ['HostConfig.Privileged', 'process.CapBnd', 'process.Seccomp', 'mountinfo[/sys]'],
  },
  {
    name: 'a first process that lets others read its memory',
    probe: ['--as-open-init'],
    fails: 'P30',
    finds: [],
  },
  {
    name: 'secrets in the environment',
    config: { Env: ['AWS_SECRET_ACCESS_KEY=x', 'KUBERNETES_SERVICE_HOST=192.0.2.1', 'DB_PASSWORD=x', 'LD_PRELOAD=/x'] },
    fails: 'P33',
    finds: ['Config.Env'],
  },
];

const fileSystemControls: readonly Control[] = [
  {
    name: 'no file systems in memory',
    host: { Tmpfs: {} },
    fails: 'F4 F5 F6 P38',
    finds: [],
  },
  {
    name: 'a /tmp with programs, setuid and devices',
    host: { Tmpfs: { '/tmp': 'exec,suid,dev,mode=1777,size=10m' } },
    fails: 'F6 P38',
    finds: ['Tmpfs[/tmp]', 'mountinfo[/tmp]'],
  },
  {
    name: 'nothing masked and nothing read-only',
    host: { MaskedPaths: [], ReadonlyPaths: [] },
    fails: 'P17 P18 P19 P20 P21',
    finds: ['HostConfig.MaskedPaths', 'HostConfig.ReadonlyPaths', 'mountinfo[/sys/firmware]', 'mountinfo[/proc/sys]'],
  },
  {
    name: 'the socket of the engine, read-only',
    host: { Mounts: [bind('/var/run/docker.sock', '/var/run/docker.sock')] },
    fails: 'P12 P13 P14',
    finds: ['Mount[/var/run/docker.sock].Source'],
  },
  {
    name: 'a directory of the node where credentials are looked for',
    host: (node) => ({ Mounts: [bind(node.directory, '/var/run/secrets')] }),
    fails: 'P13 P14 P32',
    finds: ['Mount[/var/run/secrets].Propagation'],
  },
  {
    name: 'a mount that is shared with the node',
    host: (node) => ({ Mounts: [bind(node.sharedDirectory, '/data', { BindOptions: { Propagation: 'rshared' } })] }),
    fails: 'P14 P16',
    finds: ['Mount[/data].Propagation', 'mountinfo[/data].propagation'],
  },
  {
    name: 'devices of the node',
    host: (node) => ({
      Devices: [node.blockDevice, '/dev/kmsg'].map((PathOnHost, index) => ({
        PathOnHost,
        PathInContainer: `/dev/probe-${index}`,
        CgroupPermissions: 'rwm',
      })),
    }),
    fails: 'P24 P25',
    finds: ['HostConfig.Devices'],
  },
  {
    name: 'a local volume that is the root of the node',
    host: (node) => ({ Mounts: [{ Type: 'volume', Source: node.rootVolume, Target: '/data', ReadOnly: true }] }),
    fails: 'P14',
    may: { ids: 'P13 P16 P24 P25', why: 'where /run or /dev of the node is no mount of its own' },
    finds: ['Mount[/data].Source', 'Volume[/data]', 'mountinfo[/data]'],
  },
  {
    name: 'a local volume that is another /proc',
    host: (node) => ({ Mounts: [{ Type: 'volume', Source: node.procVolume, Target: '/data', ReadOnly: true }] }),
    fails: 'P15',
    may: { ids: 'P16', why: 'an engine whose directory is shared passes that on to its volumes' },
    finds: ['Mount[/data].Source', 'Volume[/data]', 'mountinfo[/data]'],
  },
];

const namespaceControls: readonly Control[] = [
  {
    name: 'a network',
    host: { NetworkMode: 'bridge' },
    fails: 'N1 N2 N3 N4 P13 P34',
    finds: ['HostConfig.NetworkMode'],
  },
  {
    name: 'the network of the node',
    host: { NetworkMode: 'host' },
    fails: 'N1 N2 N4 P13 P34 P35',
    may: { ids: 'N3', why: 'a node may have no way out' },
    finds: ['HostConfig.NetworkMode', 'process.ns.net'],
  },
  {
    name: 'the processes, the memory and the name of the node',
    host: { PidMode: 'host', IpcMode: 'host', UTSMode: 'host' },
    fails: 'P10 P11',
    finds: ['HostConfig.PidMode', 'process.ns.pid', 'process.ns.ipc', 'process.ns.uts'],
  },
  {
    name: 'the control groups of the node',
    host: {
      CgroupnsMode: 'host',
      Mounts: [bind('/sys/fs/cgroup', '/sys/fs/cgroup', { ReadOnly: false })],
    },
    fails: 'L1 L2 L3 P22 P23 P36 P37 P40',
    finds: ['HostConfig.CgroupnsMode', 'process.ns.cgroup', 'Mount[/sys/fs/cgroup].Source'],
  },
];

export const controls: readonly Control[] = [
  ...limitControls,
  ...privilegeControls,
  ...fileSystemControls,
  ...namespaceControls,
];
