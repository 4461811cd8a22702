// A walk to a path, one open directory at a time and never through a link that the kernel follows for us: what is found is an
// open file, so that a rename behind our back cannot change what it is. Absolute links start again at `root`, never at our own "/".

import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readFile, readlink } from 'node:fs/promises';
import { posix } from 'node:path';

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { ResolvedHostPath } from '../model/container.ts';
import { mountIdOf } from './mount-table.ts';

/** As many as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;
/** O_PATH of Linux on amd64 and arm64: opens without reading, so that a pipe or device is not touched. Node has no name for it. */
const O_PATH = 0o10000000;

export interface Found {
  /** Clean and absolute below `root`, without links. */
  readonly path: string;
  readonly kind: Exclude<ResolvedHostPath['kind'], 'absent'>;
  readonly device: string;
  readonly inode: string;
  readonly bornNs: string;
  /** Of the mount that it lies in; null when the kernel does not tell. */
  readonly mountId: string | null;
}

interface Standing {
  readonly name: string;
  readonly handle: FileHandle;
  readonly kind: Found['kind'] | 'link';
}

/** null for a path that leads to nothing: absent, relative, with a NUL, a loop of links, through a file. */
export async function walkTo(root: string, asked: string): Promise<Found | null> {
  if (!asked.startsWith('/') || asked.includes('\0')) return null;
  const opened: FileHandle[] = [];
  try {
    const top = await step({ at: root, name: '', flags: O_PATH | constants.O_DIRECTORY, opened });
    if (top === null)
      throw new OperatorError('unavailable', `the node's file system is not at ${root}; mount it there`);
    const end = await follow(top, partsOf(asked), opened);
    return end === null ? null : await describe(end);
  } catch (thrown) {
    if (thrown instanceof OperatorError) throw thrown;
    const { message } = asOperatorError(thrown);
    throw new OperatorError('unavailable', `cannot look at ${asked} on the node: ${message}`, { cause: thrown });
  } finally {
    await Promise.all(opened.map((handle) => handle.close()));
  }
}

/** The way from the top to where one stands; its last entry is where. */
async function follow(
  top: Standing,
  parts: readonly string[],
  opened: FileHandle[],
): Promise<readonly [Standing, ...Standing[]] | null> {
  let way: readonly [Standing, ...Standing[]] = [top];
  let todo = parts;
  for (let links = 0; todo.length > 0; ) {
    const [part = '', ...rest] = todo;
    const here = way.at(-1) ?? top;
    if (here.kind !== 'directory') return null;
    if (part === '..') {
      way = [top, ...way.slice(1, -1)]; // above the top is the top
      todo = rest;
      continue;
    }
    const at = `/proc/self/fd/${here.handle.fd}/${part}`;
    const next = await step({ at, name: part, flags: O_PATH | constants.O_NOFOLLOW, opened });
    if (next === null) return null;
    if (next.kind !== 'link') {
      way = [...way, next];
      todo = rest;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return null;
    const target = await targetOf(next, at);
    way = target.startsWith('/') ? [top] : way;
    todo = [...partsOf(target), ...rest];
  }
  return way;
}

/** null when nothing is there. */
async function step(wanted: {
  readonly at: string;
  readonly name: string;
  readonly flags: number;
  readonly opened: FileHandle[];
}): Promise<Standing | null> {
  const { at, name, flags, opened } = wanted;
  try {
    const handle = await open(at, flags);
    opened.push(handle);
    const found = await handle.stat();
    if (found.isSymbolicLink()) return { name, handle, kind: 'link' };
    if (found.isDirectory()) return { name, handle, kind: 'directory' };
    if (!found.isFile()) return { name, handle, kind: 'other' };
    return { name, handle, kind: found.nlink > 1 ? 'linkedFile' : 'file' };
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw thrown;
  }
}

/** Node cannot read an open link, so it is read by its name, which must still be the same one. */
async function targetOf({ handle }: Standing, at: string): Promise<string> {
  const target = await readlink(at);
  const [opened, now] = [await handle.stat({ bigint: true }), await lstat(at, { bigint: true })];
  if (opened.ino === now.ino && opened.dev === now.dev) return target;
  throw new OperatorError('conflict', 'a symbolic link on the node changed while it was followed');
}

async function describe(way: readonly [Standing, ...Standing[]]): Promise<Found | null> {
  const last = way.at(-1) ?? way[0];
  if (last.kind === 'link') return null; // never the end of a way: links are followed
  const { dev, ino, birthtimeNs } = await last.handle.stat({ bigint: true });
  const mountId = mountIdOf(await readFile(`/proc/self/fdinfo/${last.handle.fd}`, 'utf8'));
  const path = posix.join('/', ...way.map(({ name }) => name));
  return { path, kind: last.kind, device: String(dev), inode: String(ino), bornNs: String(birthtimeNs), mountId };
}

/** "." is dropped; ".." stays, because what is above depends on the links before it. */
const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '' && part !== '.');
