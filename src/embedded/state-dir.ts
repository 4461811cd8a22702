// A directory for one user at a time: private to this account (it holds keys and etcd's socket), and locked while in use.

import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../lib/errors.ts';
import { type LockHolder, tryLockFile } from './file-lock.ts';
import { isRunning } from './process-identity.ts';

const POLL_MS = 20;
const DYING_WITHIN_MS = 2_000;

export interface StateDirLock {
  /** Lets the next user in; may be called more than once. The end of this process does the same. */
  release(): void;
}

/**
 * Creates the directory with mode 0700 if need be and locks it. A lock whose process is dead does not count.
 * Throws OperatorError: 'conflict' while another user lives, 'forbidden' when other accounts could read the directory.
 */
export function lockStateDir(dir: string): Promise<StateDirLock> {
  return lockDir(dir, 'lock');
}

/** A lock beside that of lockStateDir, so that the control plane may live in a directory which its owner has locked. */
export function lockControlPlaneDir(dir: string): Promise<StateDirLock> {
  return lockDir(dir, 'control-plane.lock');
}

async function lockDir(dir: string, lockName: string): Promise<StateDirLock> {
  await makePrivate(dir);
  const deadlineMs = performance.now() + DYING_WITHIN_MS;
  for (;;) {
    const lock = await tryLockFile(`${dir}/${lockName}`);
    if (lock.ok) return lock.value;
    if (!(await isDying(lock.error)) || performance.now() > deadlineMs) throw inUse(dir, lock.error);
    await sleep(POLL_MS);
  }
}

/** A killed process is gone for others a moment before the kernel has closed its files, and with them its locks. */
async function isDying(holder: LockHolder | null): Promise<boolean> {
  return holder !== null && !(await isRunning(holder.pid));
}

function inUse(dir: string, holder: LockHolder | null): OperatorError {
  const name = holder === null ? 'another process' : `process ${holder.pid} (started ${holder.since})`;
  return new OperatorError(
    'conflict',
    `state directory ${dir} is in use by ${name}; stop it or pass another --state-dir`,
  );
}

/** An existing directory is only made private while it is empty: closing a shared one, such as /tmp, would break others. */
async function makePrivate(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const found = await stat(dir);
  const isPrivate = (found.mode & 0o077) === 0;
  if (isPrivate && found.uid === process.getuid?.()) return;
  if (found.uid !== process.getuid?.()) {
    throw new OperatorError(
      'forbidden',
      `state directory ${dir} belongs to user ${found.uid}; pass another --state-dir`,
    );
  }
  if ((await readdir(dir)).length > 0) {
    throw new OperatorError(
      'forbidden',
      `state directory ${dir} has files in it and is open to other users (mode 0${(found.mode & 0o777).toString(8)}); run "chmod 700 ${dir}" if it is yours alone, or pass another --state-dir`,
    );
  }
  await chmod(dir, 0o700);
}
