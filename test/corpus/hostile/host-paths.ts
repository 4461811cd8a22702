// Host paths by spelling and by meaning, volumes, mount targets and directories in memory (security.md 11 classes 3 to 6;
// S0.C1 and the vectors of requirements.md 9.1).

import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const mounts = (...list: readonly object[]): Spec => ({ mounts: list });
const hostPath = (path: string): Spec => mounts({ hostPath: path, target: '/data' });
const named = (requirement: string, paths: readonly string[]): readonly CorpusRow[] =>
  paths.map((path) => ({ title: `${requirement}: ${JSON.stringify(path).slice(0, 60)}`, spec: hostPath(path) }));

export const hostPathSpelling = corpusClass('host-path-spelling', { want: ['MCPS-201'] }, [
  ...named('S0.C1.12', ['/', '//', '///', '/.', '/..', '/a/../..', '/./', '/../../', '/srv/..']),
  ...named('S0.C1.14', [
    '/etc/',
    '/etc/.',
    '/./etc',
    '//etc/passwd',
    '///etc',
    '/etc//',
    '/srv/../etc',
    '/ETC',
    '/Etc/Passwd',
  ]),
  ...named('S0.C1.13', ['/var//run/docker.sock', '/var/run/../run/docker.sock', '/var/run/docker.sock/', '/var/./run']),
  ...named('S0.C1.18', [
    ...['C:\\Windows', 'c:/windows', 'C:/Program Files', 'D:\\data', '\\\\server\\share', '\\\\localhost\\C$\\Windows'],
    ...['//./pipe/docker_engine', '\\\\.\\pipe\\docker_engine', '//?/C:/Windows', '\\\\?\\C:\\'],
  ]),
  ...named('S0.C1.19', [
    ...['../../etc/shadow', '/home/user/../../etc/shadow', 'foo/../../etc/passwd', './data', 'etc/shadow', 'srv/data'],
    ...['~/x', '~root/.ssh', '$HOME/x', '${HOME}', 'file:///etc/passwd', '/srv/data/..', ''],
  ]),
  ...named('encoded', ['/srv/%2e%2e/etc', '/srv/%252e%252e/etc', '/%2fetc', '/srv%5c..', '/srv/%00', '/%2E%2E/x']),
  ...named('invisible', [
    '/srv/\u0000x',
    '/srv/a\tb',
    '/srv/a\nb',
    '/srv/\u200bdata',
    '/srv/\u202edata',
    '/srv/\u2060x',
  ]),
  ...named('look-alike', [
    '/srv\u2215etc',
    '/srv\uff0fetc',
    '/srv/\u2024\u2024/etc',
    '/srv/\u00a0x',
    '/srv/e\u0301',
    '/\uff45tc',
  ]),
  ...named('blank', ['/srv/data ', ' /srv/data', '/srv/ data', '/srv/data\u3000']),
  ...named('mount syntax', ['/srv:/etc:rw', '/srv,readonly=false', '/srv:ro', '/srv/x:/etc', '/,source=/etc']),
  ...named('too long', [`/srv/${'a'.repeat(256)}`, `/srv${'/abc'.repeat(256)}`]),
  { title: 'requirements.md 9.1: 4097 characters', spec: hostPath(`/${'a'.repeat(4096)}`), want: ['SCHEMA'] },
]);

export const hostPathMeaning = corpusClass('host-path-meaning', { want: ['MCPS-201'] }, [
  ...named('S0.C1.02', ['/etc/shadow', '/root/.ssh', '/var/run/docker.sock']),
  ...named('S0.C1.13', [
    '/run/docker.sock',
    '/run/containerd/containerd.sock',
    '/run/crio/crio.sock',
    '/run/user/1000/docker.sock',
  ]),
  ...named('S0.C1.13', ['/var/run', '/srv/x/docker.sock', '/srv/app.SOCK', '/run/podman/podman.sock']),
  ...named('S0.C1.14', ['/etc', '/sys', '/proc', '/boot', '/dev', '/root', '/run']),
  ...named('S0.C1.14', [
    '/etc/hosts',
    '/sys/fs/cgroup',
    '/proc/1/root',
    '/boot/vmlinuz',
    '/dev/sda',
    '/root/x',
    '/run/x',
  ]),
  ...named('S0.C1.15', [
    ...[
      '/var/lib/docker',
      '/var/lib/containerd',
      '/var/lib/kubelet',
      '/var/lib/rancher',
      '/etc/kubernetes',
      '/var/lib/etcd',
    ],
    ...[
      '/home/a/.local/share/docker',
      '/home/a/.local/share/containers',
      '/var/lib/nerdctl',
      '/var/lib/private',
      '/var/spool',
    ],
    ...['/var/lib/docker/overlay2', '/var/lib/kubelet/pods', '/var/lib/cni', '/var/lib/containers', '/var/lib/crio'],
  ]),
  ...named('S0.C1.16', [
    ...[
      '/home/a/.ssh',
      '/home/a/.ssh/id_rsa',
      '/home/a/.SSH',
      '/srv/u/.ssh/keys',
      '/home/a/.aws',
      '/home/a/.kube/config',
    ],
    ...[
      '/home/a/.docker',
      '/home/a/.gnupg',
      '/srv/b/.netrc',
      '/home/a/.azure',
      '/home/a/.config/gcloud',
      '/srv/.vault-token',
    ],
  ]),
  ...named('S0.C1.17', [
    ...[
      '/etc/passwd',
      '/etc/sudoers',
      '/etc/ssh/ssh_host_rsa_key',
      '/etc/ssh/ssh_host_ed25519_key',
      '/root/.ssh/id_rsa',
    ],
    ...['/root/.ssh/authorized_keys', '/etc/sudoers.d/x'],
  ]),
  ...named('parents of protected children', [
    '/var',
    '/home',
    '/usr',
    '/lib',
    '/var/lib',
    '/opt/containerd',
    '/opt/cni/bin',
  ]),
  ...named('parents of protected children', ['/home/a', '/usr/bin', '/lib64', '/bin', '/sbin', '/usr/lib', '/var/log']),
  ...named('host sources never allowed', [
    '/var/log/pods',
    '/proc/self/root',
    '/proc/1/cwd',
    '/sys/kernel',
    '/dev/shm',
  ]),
  {
    title: 'K-03: an ordinary directory to write to',
    spec: mounts({ hostPath: '/srv/data', target: '/data', readOnly: false }),
    want: ['MCPS-207'],
  },
  {
    title: 'K-04: the engine socket, read-only or not',
    spec: mounts({ hostPath: '/var/run/docker.sock', target: '/s', readOnly: false }),
    want: ['MCPS-201', 'MCPS-207'],
  },
  {
    title: 'one good and one bad mount',
    spec: mounts({ hostPath: '/srv/data', target: '/data' }, { hostPath: '/etc', target: '/e' }),
  },
]);

export const volumes = corpusClass('volumes', { want: ['MCPS-209'] }, [
  ...['my-volume', 'db_data', '../../etc', '/etc', 'mcps-other', 'mcpsession-init-0123456789abcdef', 'x:/etc', ''].map(
    (volume) => ({ title: `engine volume ${JSON.stringify(volume)}`, spec: mounts({ volume, target: '/data' }) }),
  ),
  { title: 'a volume and a host path', spec: mounts({ volume: 'v', hostPath: '/srv/data', target: '/data' }) },
  { title: 'no source', spec: mounts({ target: '/data' }) },
  {
    title: 'driver options',
    spec: mounts({ volume: 'v', target: '/d', driverOpts: { type: 'none', o: 'bind', device: '/' } }),
    want: ['SCHEMA'],
  },
  { title: 'a volume driver', spec: mounts({ volume: 'v', target: '/d', driver: 'vieux/sshfs' }), want: ['SCHEMA'] },
  { title: 'a part of a volume', spec: mounts({ volume: 'v', target: '/d', subPath: '../..' }), want: ['SCHEMA'] },
  {
    title: 'shared propagation',
    spec: mounts({ hostPath: '/srv/data', target: '/d', propagation: 'rshared' }),
    want: ['SCHEMA'],
  },
  { title: 'volumes of another container', spec: { volumesFrom: ['other'] }, want: ['SCHEMA'] },
  {
    title: 'an option to create the host path',
    spec: mounts({ hostPath: '/srv/x', target: '/d', createMountpoint: true }),
    want: ['SCHEMA'],
  },
  { title: 'a mount as one text', spec: { mounts: ['/etc:/etc:rw'] }, want: ['SCHEMA'] },
  {
    title: '33 mounts',
    spec: mounts(...Array.from({ length: 33 }, (_, index) => ({ hostPath: '/srv/d', target: `/d${index}` }))),
    want: ['SCHEMA'],
  },
]);
