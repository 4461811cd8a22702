// Builds the session init (init/, Rust) and puts it at dist/init. Runnable: node hack/init/build.ts

import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { asOperatorError } from '../../src/lib/errors.ts';
import { INIT_CACHE_DIR, INIT_SOURCE_DIR } from './cargo.ts';
import { type BuiltProgram, buildCrate } from './crate-build.ts';

const DIST_FILE = join(import.meta.dirname, '../../dist/init');
const SESSION_INIT = {
  sourceDir: INIT_SOURCE_DIR,
  program: 'mcpsession-init',
  cacheDir: INIT_CACHE_DIR,
  title: 'session init',
};

/** Throws as `buildCrate` does. */
export async function buildInit(say: (line: string) => void): Promise<BuiltProgram> {
  const built = await buildCrate(SESSION_INIT, say);
  await putInPlace(built.path, DIST_FILE);
  return built;
}

async function putInPlace(from: string, to: string): Promise<void> {
  await mkdir(join(to, '..'), { recursive: true });
  const partial = `${to}.${randomUUID()}`;
  await copyFile(from, partial);
  await rename(partial, to);
}

if (import.meta.main) {
  buildInit((line) => console.error(line))
    .then(({ path, hash }) => console.log(`${path} ${hash}`))
    .catch((thrown: unknown) => {
      console.error(asOperatorError(thrown).message);
      process.exitCode = 1;
    });
}
