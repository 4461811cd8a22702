// Builds a Rust program of this tree once for each content of its sources: the program is kept in the cache under their hash.

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { ensureCargo, runCargo } from './cargo.ts';

const BUILD_WITHIN_MS = 600_000;

export interface Crate {
  /** Of its Cargo.toml, Cargo.lock, .cargo/config.toml and src/. */
  readonly sourceDir: string;
  /** Name of the one program that it makes. */
  readonly program: string;
  /** Below which every hash has a directory. */
  readonly cacheDir: string;
  /** What messages call it. */
  readonly title: string;
}

export interface BuiltProgram {
  readonly path: string;
  /** Of the sources and the target, not of the program: builds of one hash may differ in bytes. */
  readonly hash: string;
}

/** Throws OperatorError('unavailable') with what to do when there is no cargo, or with cargo's last lines when it fails. */
export async function buildCrate(crate: Crate, say: (line: string) => void): Promise<BuiltProgram> {
  const target = targetTriple(crate.title);
  const hash = await sourceHash(crate.sourceDir, target);
  const hashDir = join(crate.cacheDir, hash);
  const path = join(hashDir, crate.program);
  if (!(await isThere(path))) {
    await mkdir(hashDir, { recursive: true });
    say(`${crate.title}: building for ${target}`);
    await buildInto({ crate, path, hashDir, target, say });
  }
  return { path, hash };
}

function targetTriple(title: string): string {
  switch (process.arch) {
    case 'x64':
      return 'x86_64-unknown-linux-gnu';
    case 'arm64':
      return 'aarch64-unknown-linux-gnu';
    default:
      throw new OperatorError('unsupported', `the ${title} is not built for ${process.arch}; use x64 or arm64`);
  }
}

async function sourceHash(sourceDir: string, target: string): Promise<string> {
  const sources = await readdir(join(sourceDir, 'src'), { recursive: true });
  const names = ['Cargo.toml', 'Cargo.lock', '.cargo/config.toml', ...sources.map((name) => `src/${name}`)];
  const hash = createHash('sha256').update(`${target}\0`);
  for (const name of names.sort()) {
    const path = join(sourceDir, name);
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
  readonly crate: Crate;
  readonly path: string;
  readonly hashDir: string;
  readonly target: string;
  readonly say: (line: string) => void;
}

/** Every build has a directory of its own and ends with a rename, so two at a time do not meet. */
async function buildInto({ crate, path, hashDir, target, say }: BuildRequest): Promise<void> {
  const cargo = await ensureCargo(say);
  const targetDir = join(hashDir, `build-${randomUUID()}`);
  const args = ['build', '--release', '--locked', '--target', target];
  try {
    const run = { cargo, args, cwd: crate.sourceDir, targetDir };
    const outcome = await runCargo(run, AbortSignal.timeout(BUILD_WITHIN_MS));
    if (outcome.exitCode !== 0) {
      throw new OperatorError(
        'unavailable',
        `cargo ${args.join(' ')} failed for ${crate.title}:\n${outcome.lastLines}`,
      );
    }
    await rename(join(targetDir, target, 'release', crate.program), path);
  } finally {
    await rm(targetDir, { recursive: true, force: true });
  }
}
