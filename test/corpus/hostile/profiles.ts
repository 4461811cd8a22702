// What is hostile by profile: the same spec in namespaces of several (requirements.md S1.PRO, K-01, K-03, K-19; design.md 8.2).

import { corpusClass, type Spec } from '../case.ts';

const env = (name: string, value: string): Spec => ({ env: [{ name, value }] });
const mount = (hostPath: string): Spec => ({ mounts: [{ hostPath, target: '/data' }] });
const letters = (count: number): string => 'a1B2c3D4e5'.repeat(10).slice(0, count);
const TOKENS = [`ghp_${letters(36)}`, `github_pat_${letters(22)}_${letters(59)}`];

export const production = corpusClass('production', { profile: 'production' }, [
  ...['python:3.13', 'python', 'registry.example/team/tool:1.0'].map((image) => ({
    title: `CIS 4.2: image ${image}, which is not pinned`,
    spec: { image },
    want: ['MCPS-303'],
  })),
  ...['/srv/data', '/tmp', '/opt/myapp', '/home/user/data', '/mnt/data'].map((path) => ({
    title: `K-03: an ordinary directory ${path}`,
    spec: mount(path),
    want: ['MCPS-207'],
  })),
  { title: 'K-03: a dangerous directory', spec: mount('/etc'), want: ['MCPS-201', 'MCPS-207'] },
  ...['API_TOKEN', 'DB_PASSWORD', 'AWS_SECRET_ACCESS_KEY', 'CLIENT_SECRET'].map((name) => ({
    title: `S0.L3.01, K-36: a literal ${name}`,
    spec: env(name, 'hunter2hunter2'),
    want: ['MCPS-611'],
  })),
  ...TOKENS.map((value) => ({
    title: `S0.L3.01: a token of a known form, ${value.slice(0, 6)}`,
    spec: env('SETTING', value),
    want: ['MCPS-611'],
  })),
  { title: 'S0.H1.03: a shell token in a value', spec: env('A', 'a;b'), want: ['MCPS-606'] },
  { title: 'privileged', spec: { security: { privileged: true } }, want: ['MCPS-101'] },
  {
    title: 'several at once',
    spec: { ...mount('/srv/data'), image: 'python', security: { pidMode: 'host' } },
    want: ['MCPS-202', 'MCPS-207', 'MCPS-303'],
  },
]);

const EVERYWHERE: readonly (readonly [string, Spec, string])[] = [
  ['S0.C2.01: privileged', { security: { privileged: true } }, 'MCPS-101'],
  ['S0.C2.06: SYS_ADMIN', { security: { capabilities: { add: ['SYS_ADMIN'] } } }, 'MCPS-102'],
  ['S3.T2.05: root', { user: { uid: 0, gid: 0 } }, 'MCPS-103'],
  ['S0.C1.13: the engine socket', mount('/var/run/docker.sock'), 'MCPS-201'],
  ['S0.C1.14: /etc', mount('/etc'), 'MCPS-201'],
  ['S0.C2.08: the processes of the node', { security: { pidMode: 'host' } }, 'MCPS-202'],
  ['S0.C2.09: the network of the node', { security: { networkMode: 'host' } }, 'MCPS-204'],
  ['S0.H1.09: LD_PRELOAD', env('LD_PRELOAD', '/x.so'), 'MCPS-603'],
  ['S4.T3.02: a life of a month', { lifetime: { ttlSeconds: 2_592_000 } }, 'MCPS-401'],
  ['S3.IMP.01: sixteen tebibytes', { resources: { memory: '16Ti' } }, 'MCPS-404'],
];

export const everyProfile = corpusClass(
  'every-profile',
  {},
  (['development', 'investigation'] as const).flatMap((profile) =>
    EVERYWHERE.map(([title, spec, rule]) => ({ title: `${title}, in ${profile}`, spec, want: [rule], profile })),
  ),
);

const ports = (...list: readonly object[]): Spec => ({ network: { mode: 'isolated', ports: list } });
const port = (containerPort: number, hostPort = 0, hostIP = '127.0.0.1') => ({ containerPort, hostPort, hostIP });

export const portsOfOthers = corpusClass('ports-of-others', { want: ['MCPS-504', 'MCPS-507'] }, [
  ...[2375, 2376, 6443, 10_250, 10_255, 2379, 2380, 30_000, 32_767].map((hostPort) => ({
    title: `S4.CHK.01: port ${hostPort} of the node`,
    spec: ports(port(80, hostPort)),
  })),
  {
    title: 'one port of the node twice',
    spec: ports(port(80, 8080), port(81, 8080)),
    want: ['MCPS-504', 'MCPS-508'],
  },
  { title: 'one port of the container twice', spec: ports(port(80), port(80)), want: ['MCPS-504', 'MCPS-508'] },
  {
    title: 'one port on one address and on all',
    spec: ports(port(80, 8080), { containerPort: 81, hostPort: 8080 }),
    want: ['MCPS-502', 'MCPS-504', 'MCPS-508'],
  },
]);

/** Credentials and data of others beside those of the source documents. */
const MORE_SOURCES = [
  ...['/home/a/.npmrc', '/home/a/.pypirc', '/home/a/.pgpass', '/home/a/.my.cnf', '/home/a/.git-credentials'],
  ...['/home/a/.config/gh', '/home/a/.config/containers/auth.json', '/home/a/.config', '/srv/x/id_ed25519'],
  ...['/home/a/.password-store', '/home/a/.terraform.d', '/srv/x/authorized_keys', '/home/a/.oci/config'],
  ...['/var/lib/k0s', '/var/lib/lxd', '/var/lib/libvirt/images', '/var/lib/buildkit', '/var/lib/cloud/instance'],
  ...['/var/snap', '/var/backups', '/var/spool/cron/crontabs', '/var/lib/machines', '/var/lib/minikube/certs'],
];

export const moreSources = corpusClass(
  'more-host-paths',
  { want: ['MCPS-201'] },
  MORE_SOURCES.map((path) => ({ title: `S0.C1.16, S0.C1.15: ${path}`, spec: mount(path) })),
);

/** Every field of the engine that security.md 4.2 to 4.5 has a verdict for and a person could think of as a field of a spec. */
const ENGINE_FIELDS = [
  ...['capDrop', 'capabilities', 'usernsMode', 'pidMode', 'ipcMode', 'utsMode', 'cgroupnsMode', 'cgroupParent'],
  ...['networkMode', 'portBindings', 'publishAllPorts', 'links', 'dns', 'dnsOptions', 'dnsSearch', 'extraHosts'],
  ...['volumesFrom', 'volumeDriver', 'shmSize', 'deviceCgroupRules', 'deviceRequests', 'gpus', 'memory', 'memorySwap'],
  ...['memoryReservation', 'memorySwappiness', 'kernelMemory', 'nanoCpus', 'cpuShares', 'cpuPeriod', 'cpuQuota'],
  ...['cpuRealtimeRuntime', 'cpusetCpus', 'cpusetMems', 'pidsLimit', 'oomKillDisable', 'oomScoreAdj', 'blkioWeight'],
  ...['blkioDeviceWriteBps', 'ulimits', 'storageOpt', 'sysctls', 'groupAdd', 'logDriver', 'logOpts', 'consoleSize'],
  ...['containerIDFile', 'shell', 'onBuild', 'argsEscaped', 'hostname', 'domainname', 'macAddress', 'labels'],
  ...['exposedPorts', 'stdinOnce', 'openStdin', 'attachStdin', 'networkDisabled', 'networkingConfig', 'ipamConfig'],
  ...['name', 'securityOpt', 'readonlyRootfs', 'runtime', 'mountLabel', 'processLabel', 'execIDs', 'detachKeys'],
];

export const engineFields = corpusClass(
  'engine-fields',
  { want: ['SCHEMA'] },
  ENGINE_FIELDS.map((key) => ({ title: `S0.C2.02: ${key} of a spec`, spec: { [key]: 'x' } })),
);

export const capabilityCases = corpusClass(
  'capability-cases',
  { want: ['MCPS-102'] },
  ['SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'NET_RAW', 'SYS_TIME'].flatMap((name) => {
    const mixed = name.replaceAll(/[A-Z]+/g, (word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`);
    return [mixed, `Cap_${mixed}`, `cap_${name}`, `CAP-${name}`, `${name}\n`].map((written) => ({
      title: `S0.C2.12: capability ${JSON.stringify(written)}`,
      spec: { security: { capabilities: { add: [written] } } },
    }));
  }),
);

export const profileCases = [
  ...production,
  ...everyProfile,
  ...portsOfOthers,
  ...moreSources,
  ...engineFields,
  ...capabilityCases,
];
