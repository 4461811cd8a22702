// The vectors of requirements.md section 9 that are specs, one case for each, in the order of that document. Those that another
// class has already are left out of the corpus by index.ts; test/unit/corpus-vectors.test.ts finds every one of them there.

import { type CorpusRow, corpusClass, type RuleIds } from '../case.ts';

const SOURCES = [
  ...['/', '//', '///', '/.', '/etc', '/etc/', '/etc/passwd', '/etc/shadow', '/etc/sudoers'],
  ...['/etc/ssh/ssh_host_rsa_key', '/etc/ssh/ssh_host_ed25519_key', '/./etc', '//etc/passwd', '///etc'],
  ...['/var//run/docker.sock', '/var/run/../run/docker.sock', '/sys', '/proc', '/proc/1/root', '/boot', '/dev'],
  ...['/dev/sda', '/root', '/root/.ssh/id_rsa', '/root/.ssh/authorized_keys', '/run', '/run/docker.sock'],
  ...['/run/containerd/containerd.sock', '/run/user/1000/docker.sock', '/var/run', '/var/run/docker.sock'],
  ...['/var/lib', '/var/lib/docker', '/var/lib/containerd', '/var/lib/kubelet', '/home/a/.ssh'],
  ...['/home/a/.ssh/id_rsa', '/home/a/.SSH', '/home/a/.aws', '/home/a/.kube/config', '/home/a/.docker'],
  ...['/home/a/.gnupg', '../../etc/shadow', '/home/user/../../etc/shadow', 'etc/shadow', './data'],
  ...['foo/../../etc/passwd', '~/x', 'C:\\Windows', 'c:/windows', 'C:/Program Files', 'D:\\data'],
  ...['\\\\server\\share', '\\\\localhost\\C$\\Windows', '//./pipe/docker_engine', '\\\\.\\pipe\\docker_engine'],
  ...['//?/C:/Windows', '', '/srv/\u0000x', '/srv/a\nb', '/var', '/home', '/usr', '/lib', '/opt/containerd'],
];

const row = (section: string, value: string, spec: CorpusRow['spec'], want?: RuleIds): CorpusRow => ({
  title: `requirements.md ${section}: ${JSON.stringify(value).slice(0, 60)}`,
  ...(spec === undefined ? {} : { spec }),
  ...(want === undefined ? {} : { want }),
});

export const sourceVectors = corpusClass('vectors-mounts', { want: ['MCPS-201'] }, [
  ...SOURCES.map((path) => row('9.1', path, { mounts: [{ hostPath: path, target: '/data' }] })),
  row('9.1', '4097 bytes', { mounts: [{ hostPath: `/${'a'.repeat(4096)}`, target: '/data' }] }, ['SCHEMA']),
  row('9.1', '4097 bytes of fewer characters', {
    mounts: [{ hostPath: `/${'\u00e4'.repeat(2048)}`, target: '/data' }],
  }),
  ...['my-volume', 'db_data', 'volume.backup'].map((volume) =>
    row('9.1, of which this release makes none', volume, { mounts: [{ volume, target: '/data' }] }, ['MCPS-209']),
  ),
]);

const CAPABILITIES = [
  ...['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_PTRACE', 'SYS_BOOT', 'SYS_TIME', 'SYS_TTY_CONFIG'],
  ...['SYS_PACCT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_CHROOT', 'MAC_ADMIN', 'MAC_OVERRIDE', 'SYSLOG', 'AUDIT_READ'],
  ...['AUDIT_WRITE', 'AUDIT_CONTROL', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'NET_ADMIN', 'NET_RAW', 'NET_BROADCAST'],
  ...['DAC_OVERRIDE', 'DAC_READ_SEARCH', 'BPF', 'PERFMON', 'CHECKPOINT_RESTORE', 'MKNOD', 'LINUX_IMMUTABLE'],
  ...['IPC_LOCK', 'IPC_OWNER', 'SETFCAP', 'SETPCAP', 'SETUID', 'SETGID', 'LEASE'],
];
const ONLY_BY_POLICY = ['CHOWN', 'FOWNER', 'FSETID', 'KILL', 'NET_BIND_SERVICE'];

export const capabilityVectors = corpusClass(
  'vectors-capabilities',
  { want: ['MCPS-102'] },
  [...CAPABILITIES, ...ONLY_BY_POLICY]
    .flatMap((name) => [name, `CAP_${name}`])
    .map((name) => row('9.3', name, { security: { capabilities: { add: [name] } } })),
);

const egress = (target: object): CorpusRow['spec'] => ({ network: { mode: 'egress', egress: [target] } });

const V4_RANGES = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4', '255.255.255.255/32', '168.63.129.16/32', '100.100.100.200/32'],
];
const V6_RANGES = [
  ...['::1/128', 'fc00::/7', 'fe80::/10', 'ff00::/8', '::/96', '::ffff:0:0:0/96', '::ffff:0:0/96', '64:ff9b::/96'],
  ...['64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '5f00::/16'],
];
const NAMES = [
  ...['localhost', 'a.localhost', 'printer.local', 'api.internal', 'metadata', 'kubernetes.default.svc', 'x.y.svc'],
  ...['x.cluster.local', 'LOCALHOST', 'localhost.', 'Metadata.', 'X.CLUSTER.LOCAL.', 'metadata.google.internal'],
];
const HOSTS = [
  ...['127.0.0.2', '127.255.255.255', '10.255.255.255', '172.31.255.255', '2130706433', '3232235520', '2886729728'],
  ...['167772160', '2852039166', '0177.0.0.1', '0177.0000.0000.0001', '012.0.0.1', '0300.0250.0.1'],
  ...['0251.0376.0251.0376', '0x7f.0.0.1', '0x7f000001', '0xa9fea9fe', '0xa000000', '127.1', '10.1', '192.168.1'],
  ...['[::ffff:127.0.0.1]:8080', '::1:8080'],
  ...['0.0.0.1', '100.64.0.1', '169.254.169.254', '192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1'],
  ...['255.255.255.255', '168.63.129.16', '100.100.100.200', 'fd00:ec2::254', '3fff::1', '5f00::1'],
];
/** No plain host: nobody can tell where they lead. */
const INVALID = ['::ffff:2130706433', '::ffff:0177.0.0.1', '999.999.999.999', '', 'http://user:pass@169.254.169.254/'];
/** Good targets, which no session of this release can have, for the one reason that no network is enforced. */
const GOOD = [
  ...['8.8.8.8', '1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '192.167.1.1', '192.169.1.1'],
  ...['example.com:443', '8.8.8.8:53', 'google.com', 'api.github.com', 'ffmpeg.org:443', 'fdic.gov:443'],
  ...['febreze.com:443', '2606:4700::1111', '[2606:4700::1111]:443'],
];

export const targetVectors = corpusClass('vectors-egress', { want: ['MCPS-501', 'MCPS-505'] }, [
  ...[...V4_RANGES, ...V6_RANGES].map((cidr) => row('9.7', cidr, egress({ cidr }))),
  ...[...NAMES, ...HOSTS].map((host) => row('9.7', host, egress({ host }))),
  ...INVALID.map((host) => row('9.7', host, egress({ host }), ['MCPS-501', 'MCPS-506'])),
  ...GOOD.map((host) => row('9.7, allowed but for its network', host, egress({ host }), ['MCPS-501'])),
]);

export const hostileVectors = [...sourceVectors, ...capabilityVectors, ...targetVectors];
