// Places inside a container that belong to kernel, engine, operator, or the system of the image. Paths must be in their plain
// spelling, so that what is compared here is what the engine mounts.

import { cleanPath, isAtOrBelow } from '../lib/posix-path.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const KERNEL_TREES = ['/proc', '/sys', '/dev'] as const;
/** Most images have a link from /var/run to /run. */
const OPERATOR_TREES = ['/run/secrets', '/var/run/secrets', '/.mcpsession'] as const;

const LIBRARY_TREES = ['/lib', '/lib32', '/lib64', '/libx32', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libx32'];
/** With everything below: each file there is a program, an account, or decides what programs load. */
const SYSTEM_TREES = [
  ...['/bin', '/sbin', '/usr/bin', '/usr/sbin'],
  ...['passwd', 'group', 'shadow', 'gshadow', 'sudoers', 'sudoers.d', 'pam.d', 'security'].map(
    (name) => `/etc/${name}`,
  ),
  ...['hosts', 'hostname', 'resolv.conf', 'nsswitch.conf', 'host.conf'].map((name) => `/etc/${name}`),
  ...['ld.so.preload', 'ld.so.conf', 'ld.so.conf.d', 'ld.so.cache'].map((name) => `/etc/${name}`),
  ...['profile', 'profile.d', 'bash.bashrc', 'environment'].map((name) => `/etc/${name}`),
];
/** As a whole: directories in them may be mounted over. */
const SYSTEM_DIRECTORIES: ReadonlySet<string> = new Set(['/', '/etc', '/usr', ...LIBRARY_TREES]);
/** "libc.so.6", "ld-linux-x86-64.so.2", "ld-musl-x86_64.so.1". */
const SHARED_LIBRARY = /\.so(?:\.[0-9.]+)?$/;

/** A quick no for most places. */
const SYSTEM_ROOTS: ReadonlySet<string> = new Set(
  [...SYSTEM_TREES, ...SYSTEM_DIRECTORIES].map((path) => path.split('/', 2)[1] ?? ''),
);

/** Why nothing may be mounted here, as the end of a sentence; null when it may. */
export function mountTargetProblem(target: string): string | null {
  const spelling = spellingProblem(target);
  if (spelling !== null) return spelling;
  if (isSystemOfTheImage(target)) return 'would replace the system of the image';
  return ownedPlaceProblem(target);
}

/** Why a process may not start here, as the end of a sentence; null when it may. The engine makes the directory where it is missing. */
export const workingDirProblem = (workingDir: string): string | null =>
  spellingProblem(workingDir) ?? ownedPlaceProblem(workingDir);

function isSystemOfTheImage(target: string): boolean {
  if (!SYSTEM_ROOTS.has(target.split('/', 2)[1] ?? '')) return false;
  if (SYSTEM_DIRECTORIES.has(target) || SYSTEM_TREES.some((tree) => isAtOrBelow(target, tree))) return true;
  return SHARED_LIBRARY.test(target) && LIBRARY_TREES.some((tree) => isAtOrBelow(target, tree));
}

function ownedPlaceProblem(path: string): string | null {
  const kernel = KERNEL_TREES.find((tree) => isAtOrBelow(path, tree));
  if (kernel !== undefined) return `is in ${kernel}, which belongs to the kernel`;
  const reserved = OPERATOR_TREES.find((tree) => isAtOrBelow(path, tree));
  return reserved === undefined ? null : `is in ${reserved}, which is reserved`;
}

/** What almost every path is; nothing below applies to it. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-]+)+$/;

function spellingProblem(path: string): string | null {
  if (PLAIN_PATH.test(path)) return null;
  if (INVISIBLE.test(path)) return 'holds a control or invisible character';
  if (!path.startsWith('/')) return 'is not absolute';
  if (path.split('/').includes('..')) return 'holds a ".." segment';
  if (cleanPath(path) !== path) return `is not plainly written; ${cleanPath(path)} is`;
  return /[:,]/.test(path) ? 'holds ":" or ",", which separate parts of mount options' : null;
}
