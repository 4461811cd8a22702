// /proc/<pid>/mountinfo: every mount that the process sees must be one that a container of ours has, of the right kind, from the
// right place and with the right options. This is where a volume that is really the node's root shows itself.

import { isWorkspace, sizeOf } from './judge-mounts.ts';
import { type Finding, type Inspected, listOf, type ProcessTexts, recordOf, shown } from './subject.ts';

export interface Mount {
  /** Of the file system: what lies at the mount point. */
  readonly root: string;
  readonly point: string;
  readonly options: readonly string[];
  /** For example ["shared:2"] or ["master:2"]. */
  readonly propagation: readonly string[];
  readonly type: string;
  readonly superOptions: readonly string[];
}

/** Source: proc(5), "mountinfo". */
export function parseMountinfo(text: string): readonly Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const [, , , root = '', point = '', options = '', ...propagation] = left.split(' ');
      const [type = '', , superOptions = ''] = right.split(' ');
      const list = { options: options.split(','), superOptions: superOptions.split(',') };
      return { root: unescape(root), point: unescape(point), propagation, type, ...list };
    });
}

const unescape = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

interface Rule {
  readonly want: string;
  readonly holds: (mount: Mount) => boolean;
}

const has = ({ options }: Mount, ...names: readonly string[]): boolean => names.every((name) => options.includes(name));
const SAFE = ['nosuid', 'nodev', 'noexec'] as const;

const KERNEL: Readonly<Record<string, Rule>> = {
  '/proc': { want: 'proc nosuid,nodev,noexec', holds: (m) => m.type === 'proc' && m.root === '/' && has(m, ...SAFE) },
  '/dev': { want: 'tmpfs nosuid', holds: (m) => m.type === 'tmpfs' && m.root === '/' && has(m, 'nosuid') },
  '/dev/pts': { want: 'devpts nosuid,noexec', holds: (m) => m.type === 'devpts' && has(m, 'nosuid', 'noexec') },
  '/dev/console': { want: 'devpts', holds: (m) => m.type === 'devpts' },
  '/dev/mqueue': { want: 'mqueue nosuid,nodev,noexec', holds: (m) => m.type === 'mqueue' && has(m, ...SAFE) },
  '/dev/shm': {
    want: 'tmpfs nosuid,nodev,noexec with a size',
    holds: (m) => m.type === 'tmpfs' && m.root === '/' && has(m, ...SAFE) && sizeOf(m.superOptions) > 0,
  },
  '/sys': { want: 'sysfs ro', holds: (m) => m.type === 'sysfs' && m.root === '/' && has(m, 'ro', ...SAFE) },
  '/sys/fs/cgroup': {
    want: 'cgroup',
    holds: (m) => (m.type === 'tmpfs' && has(m, ...SAFE)) || (m.type === 'cgroup2' && has(m, 'ro', ...SAFE)),
  },
};

const ENGINE_INIT = '/sbin/docker-init';
const FILES_OF_ENGINE = ['resolv.conf', 'hostname', 'hosts'];

function ruleFor(point: string, container: Inspected): Rule | null {
  const { HostConfig, Id } = container;
  const kernel = KERNEL[point];
  if (kernel !== undefined) return kernel;
  if (point === '/') return { want: 'ro', holds: (m) => has(m, 'ro') && m.root === '/' };
  if (point.startsWith('/sys/fs/cgroup/')) {
    const own = 'its own cgroup, ro';
    return { want: own, holds: (m) => m.type === 'cgroup' && m.root.includes(Id) && has(m, 'ro', ...SAFE) };
  }
  if (point === ENGINE_INIT && HostConfig['Init'] === true)
    return { want: "ro, the engine's init", holds: isEngineInit };
  if (listOf(HostConfig['MaskedPaths']).includes(point)) return { want: 'masked', holds: isMask };
  if (listOf(HostConfig['ReadonlyPaths']).includes(point)) return { want: 'ro', holds: (m) => has(m, 'ro') };
  const tmpfs = recordOf(HostConfig['Tmpfs'])[point];
  if (typeof tmpfs === 'string') return tmpfsRule(tmpfs.split(','));
  const file = FILES_OF_ENGINE.find((name) => point === `/etc/${name}`);
  if (file !== undefined)
    return { want: `ro, of ${Id}`, holds: (m) => has(m, 'ro') && m.root.endsWith(`/${Id}/${file}`) };
  const asked = listOf(HostConfig['Mounts'])
    .map(recordOf)
    .find(({ Target }) => Target === point);
  return asked === undefined ? null : askedRule(asked, container);
}

/** Only the one device file that gives nothing, or an empty file system that cannot be written. */
const isMask = (m: Mount): boolean =>
  (m.type === 'tmpfs' || m.type === 'devtmpfs') && (m.root === '/null' || (m.root === '/' && has(m, 'ro')));

const isEngineInit = (m: Mount): boolean =>
  has(m, 'ro') && /\/(?:docker-init|tini(?:-static)?|catatonit)$/.test(m.root);

function tmpfsRule(asked: readonly string[]): Rule {
  const need = ['nosuid', 'nodev', ...(asked.includes('noexec') ? ['noexec'] : [])];
  return {
    want: `tmpfs ${need.join(',')} of ${sizeOf(asked)} bytes`,
    holds: (m) => m.type === 'tmpfs' && m.root === '/' && has(m, ...need) && sizeOf(m.superOptions) === sizeOf(asked),
  };
}

function askedRule(asked: Readonly<Record<string, unknown>>, container: Inspected): Rule {
  const { Type, Source } = asked;
  // The root is told from the start of its own file system, which may itself be mounted somewhere below "/".
  const isFrom = (m: Mount): boolean =>
    Type === 'volume'
      ? m.root.endsWith(`/volumes/${String(Source)}/_data`)
      : m.root !== '/' && String(Source).endsWith(m.root);
  // Of a plugin the root is wherever that keeps it; the volume itself is judged by judge-mounts.ts.
  if (isWorkspace(asked, Source, container))
    return { want: `a disk, of ${shown(Source)}`, holds: (m) => m.type !== 'tmpfs' && isFrom(m) };
  return { want: `ro, of ${shown(Source)}`, holds: (m) => has(m, 'ro') && isFrom(m) };
}

export function judgeMountTable(container: Inspected, process: ProcessTexts): readonly Finding[] {
  const mounts = parseMountinfo(process.mountinfo);
  const at = (path: string): Mount | undefined => mounts.findLast(({ point }) => point === path);
  return [
    ...mounts.flatMap((mount) => judgeMount(mount, container)),
    ...process.pathsToMask.flatMap((path) => {
      const mount = at(path);
      if (mount !== undefined && isMask(mount)) return [];
      return [{ what: `mountinfo[${path}]`, want: 'masked', got: mount === undefined ? 'visible' : shown(mount) }];
    }),
    ...process.pathsToProtect.flatMap((path) => {
      const mount = at(path);
      if (mount !== undefined && has(mount, 'ro')) return [];
      return [{ what: `mountinfo[${path}]`, want: 'read-only', got: mount === undefined ? 'writable' : shown(mount) }];
    }),
  ];
}

/**
 * Slaves of the node's mounts by the engine's own doing, which has no option against it: the root (runc's default) and volumes. They
 * receive what root mounts on the node below a directory that only root can enter, and send nothing.
 */
const mayReceive = ({ point, root }: Mount): boolean => point === '/' || /\/volumes\/[^/]+\/_data$/.test(root);

function judgeMount(mount: Mount, container: Inspected): readonly Finding[] {
  const { point, propagation } = mount;
  const shares = propagation.some(
    (tag) => tag.startsWith('shared:') || (!mayReceive(mount) && tag.startsWith('master:')),
  );
  const what = `mountinfo[${point}]`;
  const rule = ruleFor(point, container);
  return [
    ...(shares ? [{ what: `${what}.propagation`, want: 'private', got: propagation.join(' ') }] : []),
    ...(rule === null ? [{ what, want: 'no such mount', got: shown(mount) }] : []),
    ...(rule === null || rule.holds(mount) ? [] : [{ what, want: rule.want, got: shown(mount) }]),
  ];
}
