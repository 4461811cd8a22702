// What the sources of a Rust program say, in one word: what is kept of a build is kept under it.

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** SHA-256 in hex of the names and bytes of what a build reads, and of `salt`; of `folders` everything that lies in them. */
export async function sourceHash(sourceDir: string, folders: readonly string[], salt: string): Promise<string> {
  const hash = createHash('sha256').update(`${salt}\0`);
  for (const name of await sourceNames(sourceDir, folders)) {
    const content = await readFile(join(sourceDir, name));
    hash.update(`${name}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Files from `sourceDir` on, sorted. */
async function sourceNames(sourceDir: string, folders: readonly string[]): Promise<readonly string[]> {
  const names = ['Cargo.toml', 'Cargo.lock', '.cargo/config.toml'];
  for (const folder of folders) {
    for (const name of await readdir(join(sourceDir, folder), { recursive: true })) {
      if ((await stat(join(sourceDir, folder, name))).isFile()) names.push(`${folder}/${name}`);
    }
  }
  return names.sort();
}
