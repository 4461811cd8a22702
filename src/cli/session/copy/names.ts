// Names and paths of a copy. What comes out of a session is a stranger's word: a name decides what is written on this machine.

import { cleanPath } from '../../../lib/posix-path.ts';
import { escapeInvisible, shorten } from '../../../lib/visible-text.ts';

/** Why an entry of a session's directory gets no place on this machine; null when it may. */
export function nameProblem(name: string, separator: string): string | null {
  if (name === '') return 'it has no name';
  if (name === '.' || name === '..') return 'its name leads out of the target directory';
  if (name.includes('/') || name.includes(separator)) return 'its name holds a path separator';
  if (name.includes('\0')) return 'its name holds a NUL';
  return null;
}

/** The name that a copy gets in a directory; null for a directory itself ("", ".", "/", ".."): then its contents are meant. */
export function lastName(path: string): string | null {
  if (path.endsWith('/.')) return null;
  const name = cleanPath(path).split('/').at(-1) ?? '';
  return name === '' || name === '.' || name === '..' ? null : name;
}

/** `directory` may be "" for the workspace. */
export function inRemote(directory: string, name: string): string {
  if (directory === '') return name;
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

/** The workspace is "." to the node. */
export const remotePath = (path: string): string => (path === '' ? '.' : path);

/** As a person may see it: one line, nothing invisible. */
export const shownPath = (path: string): string => JSON.stringify(shorten(escapeInvisible(path), 200));
