// Files of an admitted session. Paths go through unchanged: the program that opens them confines them (openat2), and nobody else can.

import { createHash } from 'node:crypto';
import type { SessionFiles } from '../ports/container-access.ts';
import type { OpenedSession } from '../process/node-protocol/opened-session.ts';
import type { RunningTarget } from './admit.ts';
import { type Guarded, type NodeParts, tooMany } from './node-parts.ts';

/** Each holds buffers here and in the session. */
const MAX_FILE_REQUESTS = 8;
/** Of directories that are made; the umask of nobody is asked. */
const DIRECTORY_MODE = 0o755;

export type FileOperations = Pick<
  OpenedSession,
  'fileStat' | 'fileList' | 'fileRead' | 'fileWrite' | 'fileMakeDirectory' | 'fileRemove'
>;

export function fileOperations(
  parts: NodeParts,
  { target, guarded }: { readonly target: RunningTarget; readonly guarded: Guarded },
): FileOperations {
  const { uid } = target.session.meta;
  const request = async <T>(
    act: (files: SessionFiles, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const release = parts.fileRequests.take(uid, MAX_FILE_REQUESTS);
    if (release === null) throw tooMany(target, `${MAX_FILE_REQUESTS} file requests`);
    const ended = parts.onActivity(uid);
    try {
      return await guarded((within) => act(parts.containers.files(target.containerId), within), signal);
    } finally {
      ended();
      release();
    }
  };
  return {
    fileStat: (path, signal) => request((files, within) => files.stat(path, within), signal),
    fileList: (page, signal) => request((files, within) => files.list(page.path, page, within), signal),
    fileRead: ({ path, ...range }, { onStat, onChunk }, signal) =>
      request((files, within) => files.read(path, range, { onInfo: onStat, onChunk }, within), signal),
    fileWrite: (path, how, chunks, signal) => {
      const maxBytes = Math.min(how.maxBytes, parts.policy(target.session.meta.namespace).files.maxWriteBytes);
      const write = (files: SessionFiles, within: AbortSignal) =>
        files.write(path, { ...how, maxBytes }, hashed(chunks), within);
      return request(write, signal);
    },
    fileMakeDirectory: (path, parents, signal) =>
      request((files, within) => files.makeDirectory(path, { mode: DIRECTORY_MODE, parents }, within), signal),
    fileRemove: (path, recursive, signal) =>
      request((files, within) => files.remove(path, { recursive }, within), signal),
  };
}

/** The content with the hash of what passed, for the one who stores it to compare. */
function hashed(chunks: AsyncIterable<Uint8Array>): Parameters<SessionFiles['write']>[2] {
  const hash = createHash('sha256');
  async function* passed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { chunks: passed(), expectedSha256: () => hash.copy().digest('hex') };
}
