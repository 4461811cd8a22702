// Runs the tests of the session init for hack/ci.ts.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { asOperatorError } from '../../src/lib/errors.ts';
import { renameOnce } from '../rename-once.ts';
import { type Cargo, cargoEnvironment, ensureCargo, INIT_CACHE_DIR, INIT_SOURCE_DIR } from './cargo.ts';
import { sourceHash } from './source-hash.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const ONE_FAILURE: Counts = { passed: 0, failed: 1, skipped: 0 };
const RUN_WITHIN_MS = 900_000;
const COPY_PREFIX = 'tests-';
const UNUSED_FOR_MS = 7 * 86_400_000;

/** `write` hears of the tests when all have ended, of a compiler when it says something. An aborted run counts as a failure. */
export async function cargoTests(write: (text: string) => void, signal: AbortSignal): Promise<Counts> {
  if (signal.aborted) return ONE_FAILURE;
  let cargo: Cargo;
  try {
    cargo = await ensureCargo((line) => write(`${line}\n`));
  } catch (thrown) {
    write(`session init: ${asOperatorError(thrown).message}; counted as one failure\n`);
    return ONE_FAILURE;
  }
  const { program } = cargo;
  const dir = await keptCopy();
  const options = {
    cwd: join(dir, 'init'),
    env: cargoEnvironment(cargo, join(dir, 'target')),
    maxBuffer: 64 * 1024 * 1024,
    timeout: RUN_WITHIN_MS,
    signal,
  };
  return new Promise((resolve) => {
    const child = execFile(program, ['test', '--locked', '--no-fail-fast'], options, (error, stdout) => {
      write(stdout);
      const counts = countsOf(stdout);
      // A run that ended badly without a failed test, a compile error for one, must not pass for success.
      resolve(error === null || counts.failed > 0 ? counts : { ...counts, failed: 1 });
    });
    child.stderr?.setEncoding('utf8').on('data', write);
  });
}

/**
 * Where the sources are tested: a copy in the cache, under their hash. Cargo goes by paths and times, and would compile the same sources
 * again in every new checkout. Copies that nobody used for a while are removed.
 */
async function keptCopy(): Promise<string> {
  const hash = await sourceHash(INIT_SOURCE_DIR, ['src', 'tests'], process.arch);
  const name = `${COPY_PREFIX}${hash.slice(0, 16)}`;
  const dir = join(INIT_CACHE_DIR, name);
  await mkdir(INIT_CACHE_DIR, { recursive: true });
  if (!(await readdir(INIT_CACHE_DIR)).includes(name)) {
    const partial = await mkdtemp(join(INIT_CACHE_DIR, 'partial-'));
    await cp(INIT_SOURCE_DIR, join(partial, 'init'), { recursive: true });
    await renameOnce(partial, dir);
  }
  await utimes(dir, new Date(), new Date());
  await removeUnused(dir);
  return dir;
}

async function removeUnused(used: string): Promise<void> {
  for (const name of await readdir(INIT_CACHE_DIR)) {
    const path = join(INIT_CACHE_DIR, name);
    const isCopy = name.startsWith(COPY_PREFIX) && path !== used;
    if (isCopy && (await stat(path)).mtimeMs < Date.now() - UNUSED_FOR_MS)
      await rm(path, { recursive: true, force: true });
  }
}

/** Sums up the last line of every test program. */
export function countsOf(output: string): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, ignored] of output.matchAll(
    /^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return counts;
}
