// Every test, in the order of their cost, each whatever the others said; the last line sums them up over all runners.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

import { whyNoCluster } from './cluster/can-run.ts';
import { cargoTests } from './init/cargo-tests.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const reportOf = (name: string): string => `out/${name}.json`;

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
}

/** A runner that wrote no report counts as one failure: its silence must not pass for success. */
function counts(name: string, ended: boolean, read: (report: unknown) => Counts): Counts {
  try {
    const found = read(JSON.parse(readFileSync(reportOf(name), 'utf8')));
    return ended || found.failed > 0 ? found : { ...found, failed: 1 };
  } catch {
    process.stdout.write(`${name}: no report; counted as one failure\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function vitest(project: 'unit' | 'integration' | 'cluster'): Counts {
  process.stdout.write(`\n== ${project} tests\n`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(project)}`];
  const ended = run('vitest', ['run', '--project', project, ...reporters]);
  return counts(project, ended, (report) => {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = report as Record<
      string,
      number
    >; // vitest's own JSON
    const failed = numFailedTests ?? 0;
    // A file that cannot be loaded fails as a suite without a test.
    const suites = failed === 0 ? (numFailedTestSuites ?? 0) : 0;
    return {
      passed: numPassedTests ?? 0,
      failed: failed + suites,
      skipped: (numPendingTests ?? 0) + (numTodoTests ?? 0),
    };
  });
}

function staticChecks(): Counts {
  process.stdout.write('== static checks\n');
  const ended = run('node', ['hack/static-checks.ts']);
  return counts('static', ended, (report) => report as Counts); // written by static-checks.ts
}

/** The chart on a real cluster. A machine that lets none be made says why, and that counts as one test skipped. */
async function clusterTests(): Promise<Counts> {
  const why = await whyNoCluster();
  if (why === null) return vitest('cluster');
  process.stdout.write(`\n== cluster tests\nskipped: ${why}\n`);
  return { passed: 0, failed: 0, skipped: 1 };
}

/** 10,000 histories count as one test; those that a slow machine does not reach in time are skipped (docs/simulation.md). */
function simulation(): Counts {
  process.stdout.write('\n== simulation\n');
  const seed = String(Math.floor(Date.now() / 86_400_000));
  const bounds = ['--histories', '100000', '--seconds', '60', '--seed', seed, '--report', reportOf('sim')];
  const ended = run('node', ['test/sim/main.ts', ...bounds]);
  return counts('sim', ended, (report) => report as Counts); // written by test/sim/main.ts
}

/** Every state of the small worlds; each world counts as one test, and one that time did not allow as skipped. */
function exhaustive(): Counts {
  process.stdout.write('\n== exhaustive exploration\n');
  const ended = run('node', ['test/sim/main.ts', '--exhaustive', '--report', reportOf('exhaustive')]);
  return counts('exhaustive', ended, (report) => report as Counts); // written by test/sim/exhaustive/run.ts
}

/** Twelve known bugs, each a test: the simulation has to catch it. Always the same seed: what catches them today does so tomorrow. */
function mutants(): Counts {
  process.stdout.write('\n== mutants\n');
  const bounds = ['--only', 'simulation', '--histories', '20000', '--seconds', '60', '--seed', '1'];
  const ended = run('node', ['test/faults/mutants/main.ts', ...bounds, '--report', reportOf('mutants')]);
  return counts('mutants', ended, (report) => report as Counts); // written by test/faults/mutants/main.ts
}

/**
 * Each plan that had its fault counts as a test, and one that nothing could stand in for as skipped. More than one in a hundred that fail
 * once and not again count as a failure: the run then ends with 1 (test/faults/main.ts).
 */
function faults(): Counts {
  process.stdout.write('\n== fault plans\n');
  const ended = run('node', ['test/faults/main.ts', '--plans', '60', '--sample']);
  return counts('faults', ended, (report) => {
    const { plans, violations, broken, missing, finished } = report as {
      readonly plans: number;
      readonly violations: number;
      readonly broken: readonly string[];
      readonly missing: number;
      readonly finished: boolean;
    }; // written by test/faults/report.ts
    if (!finished) throw new Error('the run was interrupted');
    return { passed: plans - violations, failed: violations + broken.length, skipped: missing };
  });
}

rmSync('out', { recursive: true, force: true });
mkdirSync('out', { recursive: true });
const all = [
  staticChecks(),
  vitest('unit'),
  simulation(),
  exhaustive(),
  mutants(),
  await cargoTests(),
  vitest('integration'),
  await clusterTests(),
  faults(),
];
const sum = (key: keyof Counts): number => all.reduce((total, part) => total + part[key], 0);
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
