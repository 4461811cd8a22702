// A directory for one process at a time: private to this account (it holds keys, sockets, or what a node has granted), and locked
// while in use.

import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../lib/errors.ts';
import { type LockHolder, type LockProgram, tryLockFile } from './file-lock.ts';
import { isRunning } from './process-identity.ts';

const POLL_MS = 20;
const DYING_WITHIN_MS = 2_000;

export interface DirLock {
  /** Lets the next user in; may be called more than once. The end of this process does the same. */
  release(): void;
}

export interface LockedDirOptions {
  readonly dir: string;
  /** File in it; several locks in one directory do not exclude each other. */
  readonly lockName: string;
  readonly program: LockProgram;
  /** What else to do when the directory cannot be had, for messages: "pass another --state-dir". */
  readonly insteadOfIt: string;
}

/**
 * Creates the directory with mode 0700 if need be and locks it. A lock whose process is dead does not count.
 * Throws OperatorError: 'conflict' while another user lives, 'forbidden' when other accounts could read the directory,
 * 'unavailable' when the program cannot lock.
 */
export async function lockDir(options: LockedDirOptions): Promise<DirLock> {
  const { dir, lockName, program } = options;
  await makePrivate(options);
  const deadlineMs = performance.now() + DYING_WITHIN_MS;
  for (;;) {
    const lock = await tryLockFile(`${dir}/${lockName}`, program);
    if (lock.ok) return lock.value;
    if (!(await isDying(lock.error)) || performance.now() > deadlineMs) throw inUse(options, lock.error);
    await sleep(POLL_MS);
  }
}

/** A killed process is gone for others a moment before the kernel has closed its files, and with them its locks. */
async function isDying(holder: LockHolder | null): Promise<boolean> {
  return holder !== null && !(await isRunning(holder.pid));
}

function inUse({ dir, insteadOfIt }: LockedDirOptions, holder: LockHolder | null): OperatorError {
  const name = holder === null ? 'another process' : `process ${holder.pid} (started ${holder.since})`;
  return new OperatorError('conflict', `state directory ${dir} is in use by ${name}; stop it or ${insteadOfIt}`);
}

/** An existing directory is only made private while it is empty: closing a shared one, such as /tmp, would break others. */
async function makePrivate({ dir, insteadOfIt }: LockedDirOptions): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const found = await stat(dir);
  const isPrivate = (found.mode & 0o077) === 0;
  if (isPrivate && found.uid === process.getuid?.()) return;
  if (found.uid !== process.getuid?.()) {
    throw new OperatorError('forbidden', `state directory ${dir} belongs to user ${found.uid}; ${insteadOfIt}`);
  }
  if ((await readdir(dir)).length > 0) {
    throw new OperatorError(
      'forbidden',
      `state directory ${dir} has files in it and is open to other users (mode 0${(found.mode & 0o777).toString(8)}); run "chmod 700 ${dir}" if it is yours alone, or ${insteadOfIt}`,
    );
  }
  await chmod(dir, 0o700);
}
