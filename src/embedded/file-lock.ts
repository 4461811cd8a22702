// An exclusive lock on a file, held by the kernel (flock) for as long as this process lives: a crash releases it, it works
// across containers that share a directory, and a lock file that was left behind means nothing. Node has no call for it,
// so the flock program locks our descriptor; the lock stays on the open file after that program has ended.

import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

import { z } from 'zod';

import { OperatorError } from '../lib/errors.ts';
import { err, ok, type Result } from '../lib/result.ts';

const holderSchema = z.object({ pid: z.int().positive(), since: z.iso.datetime() });

/** Who holds a lock, as it wrote down itself; for messages only. */
export type LockHolder = z.infer<typeof holderSchema>;

export interface FileLock {
  release(): void;
}

/**
 * Takes the lock on path (created with mode 0600) or names its holder; the holder is null while that one is just writing
 * its name. Two locks on one path exclude each other inside one process too. The file itself is never deleted: another
 * process may be opening it.
 */
export async function tryLockFile(path: string): Promise<Result<FileLock, LockHolder | null>> {
  // A bare descriptor, because a FileHandle is closed when it is collected. Node opens it so that children do not inherit it.
  const descriptor = openSync(path, 'a+', 0o600);
  try {
    if (!(await flock(descriptor))) {
      const holder = readHolder(path);
      closeSync(descriptor);
      return err(holder);
    }
  } catch (cause) {
    closeSync(descriptor);
    throw cause;
  }
  const holder: LockHolder = { pid: process.pid, since: new Date().toISOString() };
  ftruncateSync(descriptor);
  writeSync(descriptor, JSON.stringify(holder));
  let isHeld = true;
  return ok({
    release() {
      if (!isHeld) return;
      isHeld = false;
      ftruncateSync(descriptor);
      closeSync(descriptor);
    },
  });
}

/** False when another open file holds the lock. */
function flock(descriptor: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    child.on('error', (cause) =>
      reject(new OperatorError('unavailable', `cannot run flock: ${cause.message}; install util-linux`, { cause })),
    );
    child.on('exit', (exitCode) => resolve(exitCode === 0));
  });
}

function readHolder(path: string): LockHolder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
