// A text in a file that a crash or a power cut leaves whole: written beside it, synced, renamed over it, and the directory synced.

import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OperatorError } from '../lib/errors.ts';
import type { KeptText } from '../ports/kept-text.ts';

/** The file gets mode 0600; links are not followed. Its directory has to be there and to be ours alone. */
export function createDurableTextFile(options: { readonly path: string; readonly maxBytes: number }): KeptText {
  const { path, maxBytes } = options;
  return {
    place: path,
    async read() {
      try {
        return await withFile(path, constants.O_RDONLY | constants.O_NOFOLLOW, (file) => readWhole(file, maxBytes));
      } catch (thrown) {
        if (codeOf(thrown) === 'ENOENT') return null;
        throw fileFault('read', path, thrown);
      }
    },
    async replace(text) {
      const beside = `${path}.new`;
      try {
        if (Buffer.byteLength(text) > maxBytes)
          throw new OperatorError('too-large', `more than ${maxBytes} bytes to keep`);
        await rm(beside, { force: true }); // of a writer that was killed, or a link that somebody put there
        await withFile(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, async (file) => {
          await file.writeFile(text);
          await file.sync();
        });
        await rename(beside, path);
        await withFile(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY, (directory) => directory.sync());
      } catch (thrown) {
        throw fileFault('write', path, thrown);
      }
    },
  };
}

async function withFile<T>(path: string, flags: number, act: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags, 0o600);
  try {
    return await act(file);
  } finally {
    await file.close();
  }
}

async function readWhole(file: FileHandle, maxBytes: number): Promise<string> {
  const found = await file.stat();
  if (!found.isFile()) throw new OperatorError('invalid', 'it is no regular file');
  if (found.size > maxBytes) throw new OperatorError('too-large', `it has ${found.size} bytes, more than ${maxBytes}`);
  return file.readFile('utf8');
}

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException | null)?.code ?? ''; // fs rejects with errno errors

function fileFault(act: 'read' | 'write', path: string, thrown: unknown): OperatorError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const kind = thrown instanceof OperatorError ? thrown.kind : 'unavailable';
  return new OperatorError(kind, `cannot ${act} ${path}: ${why}`, { cause: thrown });
}
