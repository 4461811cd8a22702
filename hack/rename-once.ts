// Puts a directory in its place when it is whole, though several processes may make the same one at a time.

import { rename, rm } from 'node:fs/promises';

/** Renames `partial` to `dir`; removes it instead when another process has put the same there meanwhile. */
export async function renameOnce(partial: string, dir: string): Promise<void> {
  await rename(partial, dir).catch(async (thrown: unknown) => {
    const code = (thrown as NodeJS.ErrnoException).code; // fs rejects with these
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw thrown; // else the same is there
    await rm(partial, { recursive: true, force: true });
  });
}
