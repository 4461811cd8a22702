// The state directory of `up`, for one `up` at a time, and the lock of the control plane in it. The session init may not be built
// yet here, so the flock program takes the locks.

import { FLOCK_PROGRAM } from '../process/file-lock.ts';
import { type DirLock, lockDir } from '../process/locked-dir.ts';

/** Throws like lockDir. */
export function lockStateDir(dir: string): Promise<DirLock> {
  return lockWith('lock', dir);
}

/** A lock beside that of lockStateDir, so that the control plane may live in a directory which its owner has locked. */
export function lockControlPlaneDir(dir: string): Promise<DirLock> {
  return lockWith('control-plane.lock', dir);
}

const lockWith = (lockName: string, dir: string): Promise<DirLock> =>
  lockDir({ dir, lockName, program: FLOCK_PROGRAM, insteadOfIt: 'pass another --state-dir' });
