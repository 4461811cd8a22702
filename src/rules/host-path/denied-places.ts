// Places of a node that no session may mount, read-only or not: what is there gives power over the node or over others on it.
// Source: requirements.md 9.1 and S0.C1.12-17, security.md 4.3 "host sources never allowed", CIS Docker 5.6 and 5.32.

import { isAtOrBelow } from '../../lib/posix-path.ts';

interface Place {
  readonly path: string;
  readonly problem: string;
}

const CONTROLS_ENGINE = 'gives root on the node';
const SYSTEM = 'is a system directory of the node';
const CREDENTIALS = 'holds credentials of the node or its users';
const ENGINE_DATA = 'holds the data of other containers';

/** Below /var/lib: engines, kubelet, machines, and what belongs to Kubernetes distributions. */
const ENGINE_DIRECTORIES = [
  'docker',
  'containerd',
  'containers',
  'crio',
  'nerdctl',
  'buildkit',
  'cri-dockerd',
  'kubelet',
  'etcd',
  'cni',
  'calico',
  'rancher',
  'k0s',
  'minikube',
  'lxc',
  'lxd',
  'incus',
  'libvirt',
  'machines',
  'snapd',
] as const;

/** Refused with everything below. */
const TREES: readonly Place[] = [
  ...['/etc', '/sys', '/proc', '/boot', '/dev', '/root'].map((path) => ({ path, problem: SYSTEM })),
  ...['/run', '/var/run'].map((path) => ({ path, problem: CONTROLS_ENGINE })),
  ...ENGINE_DIRECTORIES.map((name) => ({ path: `/var/lib/${name}`, problem: ENGINE_DATA })),
  { path: '/var/snap', problem: ENGINE_DATA },
  ...['/var/lib/cloud', '/var/lib/systemd', '/var/lib/private', '/var/lib/sss', '/var/backups'].map((path) => ({
    path,
    problem: CREDENTIALS,
  })),
  ...['cron', 'at', 'mail'].map((name) => ({ path: `/var/spool/${name}`, problem: SYSTEM })),
  { path: '/var/log', problem: 'lets its files be followed to any file of the node by the kubelet' },
  ...['/opt/containerd', '/opt/cni'].map((path) => ({ path, problem: 'holds programs that the engine runs as root' })),
];

/** Refused as a whole, because something refused lies below; other directories in them may be mounted. */
const PARENTS: readonly Place[] = [
  { path: '/', problem: 'is the whole node' },
  { path: '/var', problem: 'contains /var/run and /var/lib' },
  { path: '/var/lib', problem: 'contains the data of engine and kubelet' },
  { path: '/var/spool', problem: 'contains what the node runs at set times' },
  { path: '/home', problem: 'contains the credentials of all users' },
  ...[
    '/usr',
    '/lib',
    '/lib32',
    '/lib64',
    '/libx32',
    '/bin',
    '/sbin',
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/lib64',
  ].map((path) => ({ path, problem: SYSTEM })),
];

const CREDENTIAL_SEGMENTS: ReadonlySet<string> = new Set([
  '.ssh',
  '.aws',
  '.kube',
  '.docker',
  '.gnupg',
  '.netrc',
  '.azure',
  '.git-credentials',
  '.vault-token',
  '.oci',
  '.terraform.d',
  '.password-store',
  '.npmrc',
  '.pypirc',
  '.pgpass',
  '.my.cnf',
  'id_rsa',
  'id_ecdsa',
  'id_ed25519',
  'authorized_keys',
]);
/** Of engines that run without root, and of key rings. */
const USER_DATA = /\/\.local(?:$|\/share(?:$|\/(?:docker|containers|containerd|nerdctl|buildkit|keyrings)(?:\/|$)))/;
/** The directory of all programs' settings, and those of programs that keep keys there. */
const CREDENTIAL_SETTINGS = /\/\.config(?:$|\/(?:gcloud|gh|hub|helm|rclone|doctl|containers)(?:\/|$))/;

/**
 * Why a clean absolute path may not be mounted, as the end of a sentence; null when it may.
 * Letter case is folded: on a file system that folds it, "/ETC" is /etc.
 */
export function placeProblem(cleanPath: string): string | null {
  const folded = cleanPath.toLowerCase();
  const segments = folded.split('/');
  if (segments.at(-1)?.endsWith('.sock') === true) return CONTROLS_ENGINE;
  const tree = TREES.find(({ path }) => isAtOrBelow(folded, path));
  if (tree !== undefined) return tree.problem;
  const parent = PARENTS.find(({ path }) => path === folded);
  if (parent !== undefined) return parent.problem;
  if (/^\/home\/[^/]+$/.test(folded)) return CREDENTIALS;
  if (segments.some((segment) => CREDENTIAL_SEGMENTS.has(segment))) return CREDENTIALS;
  if (CREDENTIAL_SETTINGS.test(folded)) return CREDENTIALS;
  return USER_DATA.test(folded) ? ENGINE_DATA : null;
}
