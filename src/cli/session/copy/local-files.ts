// Files of this machine, as a copy reads and writes them.

import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from '../../../lib/errors.ts';
import { invalid } from './copy-job.ts';
import { shownPath } from './names.ts';

/** Set-id and sticky bits of a stranger's file mean nothing good here. */
const PERMISSION_BITS = 0o777;
const OWNER_MAY_WRITE = 0o700;

/** Follows links. */
export async function isDirectory(path: string): Promise<boolean> {
  return (await orNull(() => stat(path)))?.isDirectory() === true;
}

/** Makes a directory, or finds one. With `mayBeLink` false a link to a directory is none. */
export async function makeDirectory(
  path: string,
  how: { readonly mode: number; readonly mayBeLink: boolean },
): Promise<void> {
  const found = await orNull(() => (how.mayBeLink ? stat(path) : lstat(path)));
  if (found?.isDirectory() === true) return;
  if (found !== null) throw invalid(`${shownPath(path)} of this machine is no directory; nothing is copied over it`);
  await orFault(path, () => mkdir(path, { mode: (how.mode & PERMISSION_BITS) | OWNER_MAY_WRITE }));
}

/**
 * Writes a file beside its place and renames it when `fill` has resolved, so that the old content stays until the new one is
 * whole. The umask applies to `mode`, as for every new file. What is not a regular file or a link is never replaced.
 */
export async function writeWhole(
  path: string,
  mode: number,
  fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const found = await orNull(() => lstat(path));
  if (found?.isDirectory() === true) throw invalid(`${shownPath(path)} is a directory; a file does not replace it`);
  if (found !== null && !found.isFile() && !found.isSymbolicLink())
    throw invalid(`${shownPath(path)} is a device, pipe or socket; write to it by way of "-"`);
  const temporary = join(dirname(path), `.mcpsession-${randomBytes(8).toString('hex')}.part`);
  const handle = await orFault(path, () => open(temporary, 'wx', mode & PERMISSION_BITS));
  try {
    try {
      await fill((bytes) => orFault(path, () => handle.writeFile(bytes)));
    } finally {
      await handle.close();
    }
    await orFault(path, () => rename(temporary, path));
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** Opens for reading; `followLink` false refuses a link at the end of the path, also one that was put there just now. */
export const openToRead = (path: string, how: { readonly followLink: boolean }): Promise<FileHandle> =>
  orFault(path, () => open(path, constants.O_RDONLY | (how.followLink ? 0 : constants.O_NOFOLLOW)));

/** Follows links. Rejects when there is nothing. */
export const statOf = (path: string): Promise<Stats> => orFault(path, () => stat(path));

async function orNull<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null;
    throw faultOf('it', thrown);
  }
}

/** Refusals of the file system of this machine, with the path and what a person can do. */
export async function orFault<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw faultOf(shownPath(path), thrown);
  }
}

function faultOf(shown: string, thrown: unknown): OperatorError {
  const code = codeOf(thrown);
  const options = { cause: thrown };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new OperatorError('path-not-found', `${shown} of this machine: no such file or directory`, options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new OperatorError('forbidden', `${shown} of this machine: permission denied`, options);
    case 'ENOSPC':
    case 'EDQUOT':
      return new OperatorError('no-space', `${shown} of this machine: the disk is full`, options);
    case 'ELOOP':
      return new OperatorError('invalid', `${shown} of this machine is a symbolic link`, options);
    default:
      return new OperatorError('invalid', `${shown} of this machine: ${code}`, options);
  }
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown error';
