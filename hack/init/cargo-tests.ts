// Runs the tests of the session init for hack/ci.ts.

import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { asOperatorError } from '../../src/lib/errors.ts';
import { type Cargo, cargoEnvironment, ensureCargo, INIT_CACHE_DIR, INIT_SOURCE_DIR } from './cargo.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const ONE_FAILURE: Counts = { passed: 0, failed: 1, skipped: 0 };
const RUN_WITHIN_MS = 900_000;

/** `write` hears of the tests when all have ended, of a compiler when it says something. */
export async function cargoTests(write: (text: string) => void): Promise<Counts> {
  let cargo: Cargo;
  try {
    cargo = await ensureCargo((line) => write(`${line}\n`));
  } catch (thrown) {
    write(`session init: ${asOperatorError(thrown).message}; counted as one failure\n`);
    return ONE_FAILURE;
  }
  const { program } = cargo;
  const options = {
    cwd: INIT_SOURCE_DIR,
    env: cargoEnvironment(cargo, join(INIT_CACHE_DIR, 'target-test')),
    maxBuffer: 64 * 1024 * 1024,
    timeout: RUN_WITHIN_MS,
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
