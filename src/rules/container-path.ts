// Places inside a container that belong to kernel, engine or operator. Paths must be in their plain spelling, so that what is
// compared here is what the engine mounts.

import { cleanPath, isAtOrBelow } from '../lib/posix-path.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const KERNEL_TREES = ['/proc', '/sys', '/dev'] as const;
/** Most images have a link from /var/run to /run. */
const OPERATOR_TREES = ['/run/secrets', '/var/run/secrets', '/.mcpsession'] as const;

/** Why nothing may be mounted here, as the end of a sentence; null when it may. */
export function mountTargetProblem(target: string): string | null {
  const spelling = spellingProblem(target);
  if (spelling !== null) return spelling;
  if (target === '/' || target === '/etc') return 'would replace the system of the image';
  const kernel = KERNEL_TREES.find((tree) => isAtOrBelow(target, tree));
  if (kernel !== undefined) return `is in ${kernel}, which belongs to the kernel`;
  const reserved = OPERATOR_TREES.find((tree) => isAtOrBelow(target, tree));
  return reserved === undefined ? null : `is in ${reserved}, which is reserved`;
}

/** Why a process may not start here, as the end of a sentence; null when it may. */
export function workingDirProblem(workingDir: string): string | null {
  const spelling = spellingProblem(workingDir);
  if (spelling !== null) return spelling;
  const kernel = KERNEL_TREES.find((tree) => isAtOrBelow(workingDir, tree));
  return kernel === undefined ? null : `is in ${kernel}, which belongs to the kernel`;
}

function spellingProblem(path: string): string | null {
  if (INVISIBLE.test(path)) return 'holds a control or invisible character';
  if (!path.startsWith('/')) return 'is not absolute';
  if (path.split('/').includes('..')) return 'holds a ".." segment';
  if (cleanPath(path) !== path) return `is not plainly written; ${cleanPath(path)} is`;
  return /[:,]/.test(path) ? 'holds ":" or ",", which separate parts of mount options' : null;
}
