// What uploads and downloads share: where notes go, and which failures end a copy of many files and which only one file of it.

import { asOperatorError, type FaultKind, OperatorError } from '../../../lib/errors.ts';
import type { FileInfo } from '../../../ports/container-access.ts';
import { complain, note } from '../output.ts';
import type { Console, SessionClient } from '../session-client.ts';
import { shownPath } from './names.ts';

export interface CopyJob {
  readonly console: Console;
  readonly client: SessionClient;
  readonly recursive: boolean;
}

/** Directories below directories; a tree that is deeper is a trap. */
export const MAX_DEPTH = 128;

const DEFAULT_PAUSE_SECONDS = 1;

/** These are about one file; whatever else happens would happen to the next file too. */
const OF_ONE_FILE: ReadonlySet<FaultKind> = new Set([
  'invalid',
  'forbidden',
  'path-not-found',
  'path-outside',
  'already-exists',
  'conflict',
  'too-large',
]);

/** Copies one entry of a tree. Resolves with the number of failures: 0 or 1, or those within. */
export async function countFailures({ console }: CopyJob, path: string, copy: () => Promise<number>): Promise<number> {
  try {
    return await copy();
  } catch (thrown) {
    const fault = asOperatorError(thrown);
    if (!OF_ONE_FILE.has(fault.kind)) throw thrown;
    complain(console.stderr, `${shownPath(path)}: `, fault);
    return 1;
  }
}

/** Waits where the front end asks for it: a directory of many files is more requests than it takes in a minute. */
export async function patiently<T>({ console }: CopyJob, act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (thrown) {
      const fault = asOperatorError(thrown);
      if (fault.kind !== 'rate-limited') throw thrown;
      await console.clock.sleep((fault.retryAfterSeconds ?? DEFAULT_PAUSE_SECONDS) * 1000, signal);
    }
  }
}

export function skipped({ console }: CopyJob, path: string, why: string): void {
  note(console.stderr, `skipped ${shownPath(path)}: ${why}`);
}

export const KIND_NAMES: Readonly<Record<FileInfo['kind'], string>> = {
  file: 'a file',
  directory: 'a directory',
  link: 'a symbolic link',
  other: 'neither file nor directory',
};

export const invalid = (message: string, cause?: unknown): OperatorError =>
  new OperatorError('invalid', message, { cause });

export const needsRecursive = (path: string): OperatorError =>
  invalid(`${shownPath(path)} is a directory; copy it with -r`);

export function tooDeep(path: string): OperatorError {
  return invalid(`${shownPath(path)}: more than ${MAX_DEPTH} directories below each other`);
}
