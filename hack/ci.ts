// Every test, each runner whatever the others said; the last line sums them up over all runners.

import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

import { whyNoCluster } from './cluster/can-run.ts';
import { ensureDocker } from './docker.ts';
import { cargoTests } from './init/cargo-tests.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Where a runner writes: to the terminal at once, or into a text that is shown when the runner has ended. */
interface Output {
  readonly stdio: 'inherit' | 'pipe';
  readonly write: (text: string) => void;
}

type Runner = (output: Output) => Promise<Counts>;

const reportOf = (name: string): string => `out/${name}.json`;
const NOW: Output = { stdio: 'inherit', write: (text) => void process.stdout.write(text) };

/**
 * Programs are started by the thousand here and live for seconds. What V8 compiled once is kept for the next one, and Go's (kubectl, and
 * the API server of `up`, which spends a fifth of its time on it) collect garbage later: there is memory enough.
 */
const SHORT_LIVES = { NODE_COMPILE_CACHE: resolve('out/compile-cache'), GOGC: '400' };

const stop = new AbortController();
const running = new Set<ChildProcess>();

/** Whether it ended well. */
function run(program: string, args: readonly string[], output: Output): Promise<boolean> {
  if (stop.signal.aborted) return Promise.resolve(false);
  const stdio: StdioOptions = ['ignore', output.stdio, output.stdio];
  const child = spawn(program, args, { stdio, env: { ...process.env, ...SHORT_LIVES } });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', output.write);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      output.write(`${program}: ${error.message}\n`);
      resolve(false);
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve(code === 0);
    });
  });
}

/** A runner that wrote no report counts as one failure: its silence must not pass for success. */
function counts(name: string, ended: boolean, output: Output, read: (report: unknown) => Counts): Counts {
  try {
    const found = read(JSON.parse(readFileSync(reportOf(name), 'utf8')));
    return ended || found.failed > 0 ? found : { ...found, failed: 1 };
  } catch {
    output.write(`${name}: no report; counted as one failure\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const vitest =
  (project: 'unit' | 'integration' | 'cluster'): Runner =>
  async (output) => {
    output.write(`\n== ${project} tests\n`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(project)}`];
    const ended = await run('vitest', ['run', '--project', project, ...reporters], output);
    return counts(project, ended, output, (report) => {
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
  };

const staticChecks: Runner = async (output) => {
  output.write('== static checks\n');
  const ended = await run('node', ['hack/static-checks.ts'], output);
  return counts('static', ended, output, (report) => report as Counts); // written by static-checks.ts
};

/** The chart on a real cluster. A machine that lets none be made says why, and that counts as one test skipped. */
const clusterTests: Runner = async (output) => {
  const why = await whyNoCluster();
  if (why === null) return vitest('cluster')(output);
  output.write(`\n== cluster tests\nskipped: ${why}\n`);
  return { passed: 0, failed: 0, skipped: 1 };
};

/** 10,000 histories count as one test; those that a slow machine does not reach in time are skipped (docs/simulation.md). */
const simulation: Runner = async (output) => {
  output.write('\n== simulation\n');
  const seed = String(Math.floor(Date.now() / 86_400_000));
  const bounds = ['--histories', '100000', '--seconds', '60', '--seed', seed, '--report', reportOf('sim')];
  const ended = await run('node', ['test/sim/main.ts', ...bounds], output);
  return counts('sim', ended, output, (report) => report as Counts); // written by test/sim/main.ts
};

/** Every state of the small worlds; each world counts as one test, and one that time did not allow as skipped. */
const exhaustive: Runner = async (output) => {
  output.write('\n== exhaustive exploration\n');
  const ended = await run('node', ['test/sim/main.ts', '--exhaustive', '--report', reportOf('exhaustive')], output);
  return counts('exhaustive', ended, output, (report) => report as Counts); // written by test/sim/exhaustive/run.ts
};

/** Known bugs, each a test: the simulation has to catch it. Always the same seed: what catches them today does so tomorrow. */
const mutants: Runner = async (output) => {
  output.write('\n== mutants\n');
  const bounds = ['--only', 'simulation', '--histories', '20000', '--seconds', '60', '--seed', '1'];
  const ended = await run('node', ['test/faults/mutants/main.ts', ...bounds, '--report', reportOf('mutants')], output);
  return counts('mutants', ended, output, (report) => report as Counts); // written by test/faults/mutants/main.ts
};

const sessionInit: Runner = (output) => {
  output.write('\n== session init tests\n');
  return cargoTests(output.write, stop.signal);
};

/**
 * Each plan that had its fault counts as a test, and one that nothing could stand in for as skipped. More than one in a hundred that fail
 * once and not again count as a failure: the run then ends with 1 (test/faults/main.ts).
 */
const faults: Runner = async (output) => {
  output.write('\n== fault plans\n');
  const ended = await run('node', ['test/faults/main.ts', '--plans', '60', '--sample'], output);
  return counts('faults', ended, output, (report) => {
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
};

async function timed(name: string, runner: Runner, output: Output): Promise<Counts> {
  const beganMs = performance.now();
  const counted = await runner(output);
  lasted.push(`${name} ${Math.round((performance.now() - beganMs) / 1000)} s`);
  return counted;
}

/** Each shown when it has ended: what runs beside it writes at once. */
async function oneAfterAnother(runners: Readonly<Record<string, Runner>>): Promise<readonly Counts[]> {
  const counted: Counts[] = [];
  for (const [name, runner] of Object.entries(runners)) {
    let text = '';
    counted.push(await timed(name, runner, { stdio: 'pipe', write: (more) => (text += more) }));
    process.stdout.write(text);
  }
  return counted;
}

// Each of them clears up when it is interrupted; vitest does not when it is terminated. Of a Ctrl-C all of them hear by themselves.
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => {
  stop.abort();
  for (const child of running) child.kill('SIGINT');
});

rmSync('out', { recursive: true, force: true });
mkdirSync('out', { recursive: true });
const lasted: string[] = [];
// One engine for all of them: nobody ends it while another one uses it.
const engine = await ensureDocker({ log: (line) => void process.stdout.write(`${line}\n`) });
const all = [
  // These keep all cores busy: beside one another none would be done sooner.
  await timed('static checks', staticChecks, NOW),
  await timed('simulation', simulation, NOW),
  // The cluster waits for pods half of the time, and these for nothing. The fault plans beside it would take longer than after it: both
  // would wait for the processors, and look again and again whether it is their turn.
  ...(
    await Promise.all([
      timed('cluster', clusterTests, NOW).then((counted) => [counted]),
      oneAfterAnother({ unit: vitest('unit'), exhaustive, mutants, 'session init': sessionInit }),
    ])
  ).flat(),
  await timed('faults', faults, NOW),
  await timed('integration', vitest('integration'), NOW),
];
await engine.stop();
const sum = (key: keyof Counts): number => all.reduce((total, part) => total + part[key], 0);
process.stdout.write(`\nlasted: ${lasted.join(', ')}\n`);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
