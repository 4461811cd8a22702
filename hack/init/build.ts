// Builds the session init (init/, Rust) and copies it to dist/init. Runnable: node hack/init/build.ts

import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { asOperatorError } from '../../src/lib/errors.ts';
import { INIT_SOURCE_DIR } from './cargo.ts';
import { type BuiltProgram, buildRustProgram } from './rust-program.ts';

const DIST_FILE = join(import.meta.dirname, '../../dist/init');

export type BuiltInit = BuiltProgram;

/** Throws OperatorError('unavailable') with what to do when there is no cargo, or with cargo's last lines when it fails. */
export async function buildInit(say: (line: string) => void): Promise<BuiltInit> {
  const program = {
    what: 'session init',
    sourceDir: INIT_SOURCE_DIR,
    packageName: 'mcpsession-init',
    fileName: 'init',
  };
  const built = await buildRustProgram(program, say);
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
