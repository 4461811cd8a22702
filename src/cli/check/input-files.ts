// Where `check` gets its text from. The three functions are all of the file system that the command needs.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';

/** "-" stands for standard input. */
export const STANDARD_INPUT = '-';

export interface InputFiles {
  /** The text of one file, or of standard input for "-". Rejects when it cannot be read or is not UTF-8. */
  readFile(path: string): Promise<string>;
  /** Names and kinds of what a directory holds; null when the path is not a directory (or is not there). */
  listDirectory(path: string): Promise<readonly DirectoryEntry[] | null>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly directory: boolean;
}

/** The real file system; `standardInput` is read at most once. */
export function inputFiles(standardInput: NodeJS.ReadableStream): InputFiles {
  return {
    readFile: async (path) =>
      path === STANDARD_INPUT
        ? textOf(standardInput)
        : new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)),
    listDirectory: async (path) => {
      const found = await stat(path).catch(() => null); // whatever it is, readFile says why it cannot be read
      if (found === null || !found.isDirectory()) return null;
      const entries = await readdir(path, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, directory: entry.isDirectory() }));
    },
  };
}

const MANIFEST = /\.(?:ya?ml|json)$/i;

/**
 * The files that a path stands for, in a stable order: itself, or every manifest below it. Links to directories are not
 * followed, so a loop cannot occur.
 */
export async function manifestPaths(
  path: string,
  input: Pick<InputFiles, 'listDirectory'>,
): Promise<readonly string[]> {
  if (path === STANDARD_INPUT) return [path];
  const entries = await input.listDirectory(path);
  if (entries === null) return [path];
  const paths: string[] = [];
  for (const { name, directory } of [...entries].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    if (directory) paths.push(...(await manifestPaths(join(path, name), input)));
    else if (MANIFEST.test(name)) paths.push(join(path, name));
  }
  return paths;
}
