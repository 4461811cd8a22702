// Builds the session init (init/, Rust), once for each content of its sources: the program is kept in the cache under their hash and
// copied to dist/init. Runnable: node hack/init/build.ts

import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { asOperatorError, OperatorError } from '../../src/lib/errors.ts';
import { ensureCargo, INIT_CACHE_DIR, INIT_SOURCE_DIR, runCargo } from './cargo.ts';

const DIST_FILE = join(import.meta.dirname, '../../dist/init');
const BUILD_WITHIN_MS = 600_000;

export interface BuiltInit {
  readonly path: string;
  /** Of the sources and the target, not of the program: builds of one hash may differ in bytes. */
  readonly hash: string;
}

/** Throws OperatorError('unavailable') with what to do when there is no cargo, or with cargo's last lines when it fails. */
export async function buildInit(say: (line: string) => void): Promise<BuiltInit> {
  const target = targetTriple();
  const hash = await sourceHash(target);
  const cacheDir = join(INIT_CACHE_DIR, hash);
  const path = join(cacheDir, 'init');
  if (!(await isThere(path))) {
    await mkdir(cacheDir, { recursive: true });
    say(`session init: building for ${target}`);
    await buildInto({ path, cacheDir, target, say });
  }
  await putInPlace(path, DIST_FILE);
  return { path, hash };
}

function targetTriple(): string {
  switch (process.arch) {
    case 'x64':
      return 'x86_64-unknown-linux-gnu';
    case 'arm64':
      return 'aarch64-unknown-linux-gnu';
    default:
      throw new OperatorError('unsupported', `the session init is not built for ${process.arch}; use x64 or arm64`);
  }
}

async function sourceHash(target: string): Promise<string> {
  const sources = await readdir(join(INIT_SOURCE_DIR, 'src'), { recursive: true });
  const names = ['Cargo.toml', 'Cargo.lock', '.cargo/config.toml', ...sources.map((name) => `src/${name}`)];
  const hash = createHash('sha256').update(`${target}\0`);
  for (const name of names.sort()) {
    const path = join(INIT_SOURCE_DIR, name);
    if ((await stat(path)).isDirectory()) continue;
    const content = await readFile(path);
    hash.update(`${name}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest('hex');
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

interface BuildRequest {
  readonly path: string;
  readonly cacheDir: string;
  readonly target: string;
  readonly say: (line: string) => void;
}

/** Every build has a directory of its own and ends with a rename, so two at a time do not meet. */
async function buildInto({ path, cacheDir, target, say }: BuildRequest): Promise<void> {
  const cargo = await ensureCargo(say);
  const targetDir = join(cacheDir, `build-${randomUUID()}`);
  const args = ['build', '--release', '--locked', '--target', target];
  try {
    const outcome = await runCargo({ cargo, args, targetDir }, AbortSignal.timeout(BUILD_WITHIN_MS));
    if (outcome.exitCode !== 0) {
      throw new OperatorError('unavailable', `cargo ${args.join(' ')} failed in init/:\n${outcome.lastLines}`);
    }
    await rename(join(targetDir, target, 'release', 'mcpsession-init'), path);
  } finally {
    await rm(targetDir, { recursive: true, force: true });
  }
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
