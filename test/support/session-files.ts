// The files of a session behind NodeAccess, in memory: what copies are tested against, hostile names included.

import { createHash } from 'node:crypto';
import { OperatorError } from '../../src/lib/errors.ts';
import type { FileListing } from '../../src/model/node-protocol.ts';
import type { FileKind, FileWrite } from '../../src/ports/container-access.ts';
import type { NodeAccess } from '../../src/ports/node-access.ts';
import { fakeAccess } from './cli-fakes.ts';
import { START_MS } from './frontend-fakes.ts';

export interface FakeFile {
  readonly kind: FileKind;
  readonly mode: number;
  readonly content: Buffer;
}

export interface FakeFiles {
  readonly access: NodeAccess;
  /** By path, "." for the workspace. A directory's entries are the paths below it, plus `oddNames`. */
  readonly files: Map<string, FakeFile>;
  /** Names that a directory lists though no file of ours can have them. */
  readonly oddNames: Map<string, readonly string[]>;
  readonly writes: { readonly path: string; readonly how: FileWrite }[];
  /** Thrown by the next calls, first one first. */
  readonly faults: OperatorError[];
}

export const aFile = (content: string | Buffer, mode = 0o644): FakeFile => ({
  kind: 'file',
  mode,
  content: Buffer.from(content),
});
export const aDirectory = (mode = 0o755): FakeFile => ({ kind: 'directory', mode, content: Buffer.alloc(0) });
export const aLink: FakeFile = { kind: 'link', mode: 0o777, content: Buffer.alloc(0) };

export function sessionFiles(entries: Readonly<Record<string, FakeFile>> = {}): FakeFiles {
  const files = new Map<string, FakeFile>([['.', aDirectory()], ...Object.entries(entries)]);
  const oddNames = new Map<string, readonly string[]>();
  const writes: { readonly path: string; readonly how: FileWrite }[] = [];
  const faults: OperatorError[] = [];
  const find = (path: string): FakeFile => {
    const fault = faults.shift();
    if (fault !== undefined) throw fault;
    const found = files.get(path);
    if (found === undefined) throw new OperatorError('path-not-found', `${path}: no such file or directory`);
    return found;
  };
  const statOf = ({ kind, mode, content }: FakeFile) => ({
    kind,
    mode,
    size: content.byteLength,
    modifiedMs: START_MS,
  });
  const below = (directory: string): FileListing['entries'] => {
    const prefix = directory === '.' ? '' : `${directory}/`;
    const named = [...files].filter(([path]) => path.startsWith(prefix) && path !== '.');
    const own = named.map(([path, file]) => ({ name: path.slice(prefix.length), ...statOf(file) }));
    const odd = (oddNames.get(directory) ?? []).map((name) => ({ name, ...statOf(aFile('evil')) }));
    return [...own.filter(({ name }) => !name.includes('/')), ...odd].sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const access = fakeAccess({
    fileStat: async (_session, path) => statOf(find(path)),
    fileList: async (_session, { path, after, most }) => {
      find(path);
      const rest = below(path).filter(({ name }) => name > after || (after === '' && name === ''));
      return { entries: rest.slice(0, most), total: below(path).length, more: rest.length > most };
    },
    fileRead: async (_session, { path, offset, limit }, { onStat, onChunk }) => {
      const file = find(path);
      const whole = file.content.subarray(offset, limit === null ? undefined : offset + limit);
      onStat(statOf(file));
      const half = Math.ceil(whole.byteLength / 2);
      for (const part of [whole.subarray(0, half), whole.subarray(half)]) if (part.byteLength > 0) await onChunk(part);
      return { bytes: whole.byteLength, sha256: sha256Of(whole), created: false };
    },
    fileWrite: async (_session, path, how, chunks) => {
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      const content = Buffer.concat(parts);
      const created = !files.has(path);
      files.set(path, { kind: 'file', mode: how.mode ?? 0o644, content });
      writes.push({ path, how });
      return { bytes: content.byteLength, sha256: sha256Of(content), created };
    },
    fileMakeDirectory: async (_session, path) => {
      if (files.get(path)?.kind === 'file') throw new OperatorError('invalid', `${path} is no directory`);
      files.set(path, aDirectory());
    },
  });
  return { access, files, oddNames, writes, faults };
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
