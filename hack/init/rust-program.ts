// Builds one static Rust program of this repository, once for each content of its sources: it is kept in the cache under their hash.
// The session init is one; the probe of the tests is another.

import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { ensureCargo, INIT_CACHE_DIR, runCargo } from './cargo.ts';
import { sourceHash } from './source-hash.ts';

const BUILD_WITHIN_MS = 600_000;

export interface RustProgram {
  /** For messages. */
  readonly what: string;
  readonly sourceDir: string;
  /** As Cargo.toml names it. */
  readonly packageName: string;
  /** Of the file in the cache. */
  readonly fileName: string;
}

export interface BuiltProgram {
  readonly path: string;
  /** Of the sources and the target, not of the program: builds of one hash may differ in bytes. */
  readonly hash: string;
}

/** Throws OperatorError('unavailable') with what to do when there is no cargo, or with cargo's last lines when it fails. */
export async function buildRustProgram(program: RustProgram, say: (line: string) => void): Promise<BuiltProgram> {
  const target = targetTriple(program.what);
  const hash = await sourceHash(program.sourceDir, ['src'], target);
  const cacheDir = join(INIT_CACHE_DIR, hash);
  const path = join(cacheDir, program.fileName);
  if (!(await isThere(path))) {
    await mkdir(cacheDir, { recursive: true });
    say(`${program.what}: building for ${target}`);
    await buildInto({ program, path, cacheDir, target, say });
  }
  return { path, hash };
}

function targetTriple(what: string): string {
  switch (process.arch) {
    case 'x64':
      return 'x86_64-unknown-linux-gnu';
    case 'arm64':
      return 'aarch64-unknown-linux-gnu';
    default:
      throw new OperatorError('unsupported', `the ${what} is not built for ${process.arch}; use x64 or arm64`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

interface BuildRequest {
  readonly program: RustProgram;
  readonly path: string;
  readonly cacheDir: string;
  readonly target: string;
  readonly say: (line: string) => void;
}

/** Every build has a directory of its own and ends with a rename, so two at a time do not meet. */
async function buildInto({ program, path, cacheDir, target, say }: BuildRequest): Promise<void> {
  const cargo = await ensureCargo(say);
  const targetDir = join(cacheDir, `build-${randomUUID()}`);
  const args = ['build', '--release', '--locked', '--target', target];
  try {
    const run = { cargo, args, targetDir, sourceDir: program.sourceDir };
    const outcome = await runCargo(run, AbortSignal.timeout(BUILD_WITHIN_MS));
    if (outcome.exitCode !== 0) {
      throw new OperatorError(
        'unavailable',
        `cargo ${args.join(' ')} failed for the ${program.what}:\n${outcome.lastLines}`,
      );
    }
    await rename(join(targetDir, target, 'release', program.packageName), path);
  } finally {
    await rm(targetDir, { recursive: true, force: true });
  }
}
