// Files of small Debian packages for tests, fetched once and kept in the cache. Nothing is installed.

import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { unpackPackage } from '../../hack/docker/unpack-package.ts';
import { INIT_CACHE_DIR } from '../../hack/init/cargo.ts';

/** The directory below which the files of these packages are. */
export async function debianPackages(...names: readonly string[]): Promise<string> {
  const dir = join(INIT_CACHE_DIR, '../debian', names.join('-'));
  if (existsSync(dir)) return dir;
  const partial = `${dir}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  for (const name of names) await unpackPackage(name, partial);
  await rename(partial, dir).catch(() => rm(partial, { recursive: true })); // another run was first
  return dir;
}
