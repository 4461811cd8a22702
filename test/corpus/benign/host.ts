// Benign twins of the host classes: paths that merely look dangerous, targets, directories in memory, working directories.

import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const hostPath = (path: string, target = '/data'): Spec => ({ mounts: [{ hostPath: path, target }] });
const rows = (requirement: string, paths: readonly string[]): readonly CorpusRow[] =>
  paths.map((path) => ({ title: `${requirement}: ${path}`, spec: hostPath(path) }));

const LOOK_ALIKES = ['/etcetera', '/devtools', '/runner', '/rootfs-images', '/system', '/process', '/bootstrap'];
const CHILDREN = ['/etc-data', '/dev2/x', '/sysroot-images', '/proc-stats', '/runtime', '/boots', '/rooted/x'];
const NAMES = [
  '/home/alice/mysshstuff',
  '/home/alice/ssh-tools',
  '/home/a/.sshd-docs',
  '/home/a/aws',
  '/home/a/.local/bin',
  '/home/a/.local/share/fonts',
  '/srv/.kubernetes',
];
const ORDINARY = ['/home/user/data', '/tmp', '/opt', '/opt/myapp', '/mnt/data', '/srv/data', '/data', '/media/usb'];
const SPELLED = [
  '/data/foo..bar',
  '/home/user/My Documents/data',
  '/srv/a.b.c',
  '/srv/..hidden',
  '/srv/...',
  '/srv/-x',
];
const WORDS = [
  '/srv/docker',
  '/srv/etc',
  '/srv/passwd',
  '/srv/docker.sock.md',
  '/srv/shadow',
  '/srv/root/settings',
  '/opt/etc',
];
const SCRIPTS = [
  '/srv/\u0434\u0430\u043d\u043d\u044b\u0435',
  '/srv/\u6570\u636e',
  '/srv/caf\u00e9',
  '/srv/50%',
  '/srv/a+b',
  '/srv/a@b',
  '/srv/a#b',
];
const VAR = [
  '/var/www',
  '/var/data',
  '/var/libraries',
  '/var/lib/myapp',
  '/var/runner',
  '/var/lib/dockerfiles',
  '/var/logs',
];

export const hostPaths = corpusClass('benign-host-paths', {}, [
  ...rows('S0.C1.14', [...LOOK_ALIKES, ...CHILDREN]),
  ...rows('S0.C1.16', NAMES),
  ...rows('S0.C1.22', ORDINARY),
  ...rows('S0.C1.19', SPELLED),
  ...rows('requirements.md 9.1', [...WORDS, ...SCRIPTS, ...VAR]),
  { title: 'a trailing slash', spec: hostPath('/srv/data/') },
  { title: 'read-only said out loud', spec: { mounts: [{ hostPath: '/srv/data', target: '/in', readOnly: true }] } },
  { title: 'K-03: a directory that exists everywhere', spec: hostPath('/tmp', '/host-tmp'), runs: true },
  { title: 'a path of 255-byte segments', spec: hostPath(`/srv/${'a'.repeat(255)}/${'b'.repeat(255)}`) },
  {
    title: 'the same directory at two places',
    spec: {
      mounts: [
        { hostPath: '/tmp', target: '/a' },
        { hostPath: '/tmp', target: '/b' },
      ],
    },
    runs: true,
  },
]);

const TARGETS = [
  '/data',
  '/opt/tool',
  '/mnt/x',
  '/srv',
  '/etcetera',
  '/process',
  '/devices',
  '/system',
  '/var/cache/x',
  '/etc-data',
  '/etc/ssl/certs',
  '/etc/app',
  '/usr/local',
  '/usr/share/fonts',
  '/usr/lib/node_modules',
  '/lib/firmware',
  '/binaries',
];

export const targets = corpusClass('benign-targets', {}, [
  ...TARGETS.map((path) => ({ title: `mount target ${path}`, spec: hostPath('/srv/data/sets', path) })),
  ...['/cache', '/var/tmp', '/run', '/home/user', '/procs', '/opt/a b', '/workspace2'].map((path) => ({
    title: `directory in memory at ${path}`,
    spec: { tmpfs: [{ path, sizeLimit: '1Mi' }] },
  })),
  {
    title: 'a directory in memory below the workspace',
    spec: { tmpfs: [{ path: '/workspace/cache', sizeLimit: '1Mi' }] },
  },
  {
    title: 'S3.T2.01: a cache beside /tmp',
    spec: { tmpfs: [{ path: '/tmp' }, { path: '/cache', sizeLimit: '10Mi' }] },
    runs: true,
  },
  { title: 'no further directory in memory', spec: { tmpfs: [] }, runs: true },
  { title: 'a small workspace', spec: { workspace: { sizeLimit: '1Mi' } }, runs: true },
  { title: 'a workspace as large as the memory', spec: { workspace: { sizeLimit: '512Mi' } }, runs: true },
  { title: 'a fractional size', spec: { workspace: { sizeLimit: '1.5Mi' } }, runs: true },
  {
    title: 'sizes in decimal units',
    spec: { workspace: { sizeLimit: '10M' }, tmpfs: [{ path: '/tmp', sizeLimit: '1G' }], resources: { memory: '1Gi' } },
  },
  { title: 'one byte', spec: { tmpfs: [{ path: '/one', sizeLimit: '1' }] } },
  ...['/workspace', '/', '/tmp', '/workspace/src', '/usr/src/app', '/opt/a b', '/processes'].map((path) => ({
    title: `working directory ${path}`,
    spec: { workingDir: path },
    ...(path === '/' || path === '/tmp' ? { runs: true as const } : {}),
  })),
]);

const SYSCTLS = [
  ['net.ipv4.tcp_keepalive_time', '600'],
  ['net.ipv4.tcp_keepalive_intvl', '30'],
  ['net.ipv4.tcp_keepalive_probes', '5'],
  ['net.ipv4.tcp_fin_timeout', '30'],
  ['net.ipv4.ip_local_port_range', '1024 65000'],
  ['net.ipv4.ip_unprivileged_port_start', '1024'],
  ['net.ipv4.tcp_syncookies', '1'],
  ['net.ipv4.ping_group_range', '0 0'],
  ['net.ipv4.ip_local_reserved_ports', '8080'],
  ['kernel.shm_rmid_forced', '1'],
] as const;

export const sysctls = corpusClass('benign-sysctls', {}, [
  ...SYSCTLS.map(([name, value]) => ({
    title: `safe kernel setting ${name}`,
    spec: { security: { sysctls: [{ name, value }] } },
    ...(name === 'net.ipv4.tcp_keepalive_time' || name === 'kernel.shm_rmid_forced' ? { runs: true as const } : {}),
  })),
  {
    title: 'a safe setting with slashes',
    spec: { security: { sysctls: [{ name: 'net/ipv4/tcp_syncookies', value: '1' }] } },
  },
  {
    title: 'two settings',
    spec: {
      security: {
        sysctls: [
          { name: 'net.ipv4.tcp_syncookies', value: '1' },
          { name: 'net.ipv4.tcp_fin_timeout', value: '15' },
        ],
      },
    },
    runs: true,
  },
]);
