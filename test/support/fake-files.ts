// Files of a session in a directory of the test: on disk, so that a large file is not in the memory that a test measures.

import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { OperatorError } from '../../src/lib/errors.ts';
import type { FileInfo, SessionFiles } from '../../src/ports/container-access.ts';

const READ_BYTES = 32_768;

export function fakeFiles(root: string): SessionFiles {
  let writes = 0;
  const inside = (path: string): string => {
    const absolute = resolve(root, path);
    if (relative(root, absolute).startsWith('..')) {
      throw new OperatorError('path-outside', `${JSON.stringify(path)} leads out of the workspace`);
    }
    return absolute;
  };
  const infoOf = async (path: string): Promise<FileInfo> => {
    const found = await stat(inside(path)).catch(() => {
      throw new OperatorError('path-not-found', `there is no ${JSON.stringify(path)}`);
    });
    const kind = found.isDirectory() ? 'directory' : 'file';
    return { kind, size: found.size, mode: found.mode & 0o7777, modifiedMs: found.mtimeMs };
  };
  return {
    stat: async (path) => infoOf(path),
    async list(path, { after, most }) {
      const names = (await readdir(inside(path))).sort();
      const page = names.filter((name) => name > after).slice(0, most);
      const entries = await Promise.all(page.map(async (name) => ({ name, ...(await infoOf(join(path, name))) })));
      return { entries, total: names.length, more: page.length > 0 && page.at(-1) !== names.at(-1) };
    },
    async read(path, { offset, limit }, { onInfo, onChunk }, signal) {
      onInfo(await infoOf(path));
      const hash = createHash('sha256');
      const file = await open(inside(path), 'r');
      let bytes = 0;
      try {
        for (;;) {
          signal.throwIfAborted();
          const size = Math.min(READ_BYTES, (limit ?? Number.POSITIVE_INFINITY) - bytes);
          const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, offset + bytes);
          if (bytesRead === 0) break;
          hash.update(buffer.subarray(0, bytesRead));
          bytes += bytesRead;
          await onChunk(buffer.subarray(0, bytesRead));
        }
      } finally {
        await file.close();
      }
      return { bytes, sha256: hash.digest('hex'), created: false };
    },
    async write(path, how, { chunks, expectedSha256 }) {
      const target = inside(path);
      const before = await readFile(target).catch(() => null);
      if (how.ifSha256 === 'absent' && before !== null) throw new OperatorError('conflict', 'there is a file already');
      if (how.makeParents) await mkdir(dirname(target), { recursive: true });
      const temporary = join(root, `.write-${(writes += 1)}`);
      const file = await open(temporary, 'wx');
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        for await (const chunk of chunks) {
          bytes += chunk.byteLength;
          if (bytes > how.maxBytes) throw new OperatorError('too-large', `more than ${how.maxBytes} bytes`);
          hash.update(chunk);
          await file.write(chunk);
        }
        const sha256 = hash.digest('hex');
        if ((expectedSha256() ?? sha256) !== sha256) throw new OperatorError('internal', 'another hash');
        await rename(temporary, target);
        return { bytes, sha256, created: before === null };
      } finally {
        await file.close();
        await rm(temporary, { force: true });
      }
    },
    async makeDirectory(path, { parents }) {
      await mkdir(inside(path), { recursive: parents });
    },
    async remove(path, { recursive }) {
      await infoOf(path);
      await rm(inside(path), { recursive });
    },
  };
}
