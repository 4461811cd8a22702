// An exclusive lock on a file, held by the kernel (flock) for as long as this process lives: a crash releases it, it works
// across containers that share a directory, and a lock file that was left behind means nothing. Node has no call for it,
// so a program locks our descriptor; the lock stays on the open file after that program has ended.

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

/** Locks its descriptor 3 without waiting. Exit code 0: locked; 1: another open file has the lock; others: it cannot be done. */
export interface LockProgram {
  readonly file: string;
  readonly args: readonly string[];
  /** What to do when it cannot be run, for messages. */
  readonly whenMissing: string;
}

/** Of util-linux, as every machine has it; images without a shell have not. */
export const FLOCK_PROGRAM: LockProgram = {
  file: 'flock',
  args: ['-x', '-n', '3'],
  whenMissing: 'install util-linux',
};

/** The session init, which every image of ours has. */
export const lockBySessionInit = (file: string): LockProgram => ({
  file,
  args: ['lock'],
  whenMissing: 'build the session init (make init)',
});

/**
 * Takes the lock on path (created with mode 0600) or names its holder; the holder is null while that one is just writing
 * its name. Two locks on one path exclude each other inside one process too. The file itself is never deleted: another
 * process may be opening it. Throws OperatorError('unavailable') when the program cannot lock.
 */
export async function tryLockFile(path: string, program: LockProgram): Promise<Result<FileLock, LockHolder | null>> {
  // A bare descriptor, because a FileHandle is closed when it is collected. Node opens it so that children do not inherit it.
  const descriptor = openSync(path, 'a+', 0o600);
  try {
    if (!(await lock(descriptor, program))) {
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
function lock(descriptor: number, { file, args, whenMissing }: LockProgram): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    child.on('error', (cause) =>
      reject(new OperatorError('unavailable', `cannot run ${file}: ${cause.message}; ${whenMissing}`, { cause })),
    );
    child.on('exit', (exitCode, signal) => {
      if (exitCode === 0 || exitCode === 1) return resolve(exitCode === 0);
      const end = signal === null ? `code ${exitCode}` : signal;
      const line = [file, ...args].join(' ');
      reject(new OperatorError('unavailable', `"${line}" ended with ${end}: no lock can be taken there`));
    });
  });
}

function readHolder(path: string): LockHolder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
