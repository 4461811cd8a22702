// Runs the tests of the session init for hack/ci.ts.

import { spawnSync } from 'node:child_process';
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

export async function cargoTests(): Promise<Counts> {
  process.stdout.write('\n== session init tests\n');
  let cargo: Cargo;
  try {
    cargo = await ensureCargo((line) => void process.stdout.write(`${line}\n`));
  } catch (thrown) {
    process.stdout.write(`session init: ${asOperatorError(thrown).message}; counted as one failure\n`);
    return ONE_FAILURE;
  }
  const { status, stdout } = spawnSync(cargo.program, ['test', '--locked', '--no-fail-fast'], {
    cwd: INIT_SOURCE_DIR,
    env: cargoEnvironment(cargo, join(INIT_CACHE_DIR, 'target-test')),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: RUN_WITHIN_MS,
  });
  process.stdout.write(stdout);
  const counts = countsOf(stdout);
  // A run that ended badly without a failed test, a compile error for one, must not pass for success.
  return status === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
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
