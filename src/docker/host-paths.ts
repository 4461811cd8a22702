// Host paths of the node, resolved just before a container is made. The walk is our own, because the node's file system may
// be mounted below a directory here: absolute links in it start again at that directory, never at our own root.

import { lstat, readlink } from 'node:fs/promises';
import { posix } from 'node:path';

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { ResolvedHostPath } from '../model/container.ts';
import type { HostPaths } from '../ports/host-paths.ts';

/** As many as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;

type Kind = ResolvedHostPath['kind'];
type Entry = { readonly kind: Kind } | { readonly link: string };

/** `root` is where the node's "/" is seen; default our own "/". */
export function createHostPaths({ root = '/' }: { readonly root?: string } = {}): HostPaths {
  return {
    resolve: async (paths, signal) => {
      if ((await look(root, '/')) === null) {
        throw new OperatorError('unavailable', `the node's file system is not at ${root}; mount it there`);
      }
      const resolved: ResolvedHostPath[] = [];
      for (const asked of paths) {
        if (signal.aborted) throw new OperatorError('cancelled', 'looking at host paths was cancelled');
        resolved.push(await resolveOne(root, asked));
      }
      return resolved;
    },
  };
}

/** A relative path, one with a NUL, a loop of links and a path through a file resolve to nothing, as in the kernel. */
async function resolveOne(root: string, asked: string): Promise<ResolvedHostPath> {
  const absent: ResolvedHostPath = { asked, resolved: null, kind: 'absent' };
  if (!asked.startsWith('/') || asked.includes('\0')) return absent;
  let todo = partsOf(asked);
  let at = '/';
  let kind: Kind = 'directory';
  for (let links = 0; todo.length > 0; ) {
    const [part = '', ...rest] = todo;
    if (kind !== 'directory') return absent;
    const next = posix.join(at, part);
    const entry = await look(root, next);
    if (entry === null) return absent;
    if ('link' in entry) {
      links += 1;
      if (links > MAX_LINKS) return absent;
      todo = [...partsOf(entry.link), ...rest];
      at = entry.link.startsWith('/') ? '/' : at;
      continue;
    }
    todo = rest;
    at = next;
    kind = entry.kind;
  }
  return { asked, resolved: at, kind };
}

/** "." is dropped; ".." stays, because what is above depends on the links before it. */
const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** null when nothing is there. */
async function look(root: string, path: string): Promise<Entry | null> {
  const here = posix.join(root, path);
  try {
    const found = await lstat(here);
    if (found.isSymbolicLink() && path !== '/') return { link: await readlink(here) };
    if (found.isDirectory()) return { kind: 'directory' };
    return { kind: found.isFile() ? 'file' : 'other' };
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    const { message } = asOperatorError(thrown);
    throw new OperatorError('unavailable', `cannot look at ${path} on the node: ${message}`, { cause: thrown });
  }
}
