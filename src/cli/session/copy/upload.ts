// From this machine into a session. Links below a directory are not followed: they are skipped, and said.

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isFault } from '../../../lib/errors.ts';
import {
  type CopyJob,
  countFailures,
  invalid,
  MAX_DEPTH,
  needsRecursive,
  patiently,
  skipped,
  tooDeep,
} from './copy-job.ts';
import { openToRead, orFault, statOf } from './local-files.ts';
import { inRemote, lastName, shownPath } from './names.ts';
import { startProgress } from './progress.ts';

const CHUNK_BYTES = 262_144;
const PERMISSION_BITS = 0o777;
/** 100 TiB: the policy of the cluster is the limit. */
const MOST_BYTES = 109_951_162_777_600;

interface Sides {
  readonly remote: string;
  readonly local: string;
}

/** Resolves with the number of entries that could not be copied. */
export async function upload(job: CopyJob, { remote, local }: Sides, signal: AbortSignal): Promise<number> {
  const isInto = await isRemoteDirectory(job, remote, signal);
  if (local === '-') {
    if (isInto) throw invalid(`${shownPath(remote)} is a directory; name the file that standard input becomes`);
    await write(job, { remote, mode: null, chunks: job.console.stdin.chunks() }, signal);
    return 0;
  }
  const stat = await statOf(local);
  // "dir/." and ".." have no name of their own: their contents are meant.
  const name = lastName(local) === null ? null : basename(resolve(local));
  const target = isInto && name !== null ? inRemote(remote, name) : remote;
  if (!stat.isDirectory()) {
    if (isInto && (await isRemoteDirectory(job, target, signal)))
      throw invalid(`${shownPath(target)} is a directory; a file does not replace it`);
    await uploadFile(job, { remote: target, local, followLink: true }, signal);
    return 0;
  }
  if (!job.recursive) throw needsRecursive(local);
  return uploadTree(job, { remote: target, local, depth: 0 }, signal);
}

/** A path that ends with "/" is meant to be one, whether it is there or not. */
async function isRemoteDirectory({ client }: CopyJob, remote: string, signal: AbortSignal): Promise<boolean> {
  if (remote === '' || remote.endsWith('/')) return true;
  try {
    return (await client.access.fileStat(client.session, remote, signal)).kind === 'directory';
  } catch (thrown) {
    if (isFault(thrown, 'path-not-found')) return false;
    throw thrown;
  }
}

async function uploadTree(
  job: CopyJob,
  tree: Sides & { readonly depth: number },
  signal: AbortSignal,
): Promise<number> {
  if (tree.depth > MAX_DEPTH) throw tooDeep(tree.local);
  const entries = await orFault(tree.local, () => readdir(tree.local, { withFileTypes: true }));
  if (tree.remote !== '') await makeRemoteDirectory(job, tree.remote, signal);
  let failures = 0;
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1)))
    failures += await uploadEntry(job, { ...tree, entry }, signal);
  return failures;
}

async function makeRemoteDirectory(job: CopyJob, remote: string, signal: AbortSignal): Promise<void> {
  const { access, session } = job.client;
  try {
    await patiently(job, () => access.fileMakeDirectory(session, remote, true, signal), signal);
  } catch (thrown) {
    if (!isFault(thrown, 'already-exists')) throw thrown;
  }
}

async function uploadEntry(
  job: CopyJob,
  of: Sides & { readonly entry: Dirent; readonly depth: number },
  signal: AbortSignal,
): Promise<number> {
  const { entry, depth } = of;
  const local = join(of.local, entry.name);
  const remote = inRemote(of.remote, entry.name);
  if (entry.isDirectory())
    return countFailures(job, local, () => uploadTree(job, { remote, local, depth: depth + 1 }, signal));
  if (entry.isFile())
    return countFailures(job, local, async () => {
      await patiently(job, () => uploadFile(job, { remote, local, followLink: false }, signal), signal);
      return 0;
    });
  skipped(job, local, entry.isSymbolicLink() ? 'a symbolic link' : 'neither file nor directory');
  return 0;
}

async function uploadFile(
  job: CopyJob,
  file: Sides & { readonly followLink: boolean },
  signal: AbortSignal,
): Promise<void> {
  const handle = await openToRead(file.local, file);
  try {
    const stat = await orFault(file.local, () => handle.stat());
    const progress = startProgress(job.console, {
      name: basename(file.local),
      total: stat.isFile() ? stat.size : null,
    });
    const chunks = counted(handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false }), (bytes) =>
      progress.advance(bytes),
    );
    try {
      await write(
        job,
        { remote: file.remote, mode: stat.isFile() ? stat.mode & PERMISSION_BITS : null, chunks },
        signal,
      );
    } finally {
      progress.end();
    }
  } finally {
    await handle.close();
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    count(chunk.byteLength);
  }
}

/** The cluster's policy bounds the size; missing directories are made. */
async function write(
  { client }: CopyJob,
  file: { readonly remote: string; readonly mode: number | null; readonly chunks: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<void> {
  const how = { mode: file.mode, ifSha256: null, makeParents: true, maxBytes: MOST_BYTES };
  await client.access.fileWrite(client.session, file.remote, how, file.chunks, signal);
}
