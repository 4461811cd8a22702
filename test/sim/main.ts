// npm run sim: plays histories of simulated worlds and says what they broke; with --exhaustive it visits every state of small ones
// instead. See docs/simulation.md.

import { mkdirSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, Worker } from 'node:worker_threads';

import { runExhaustive } from './exhaustive/run.ts';
import { buildWarmWorlds, historyOf, scriptedHistory } from './histories.ts';
import type { WarmWorlds } from './warm-worlds.ts';
import type { Script } from './history.ts';
import { type RunOptions, readOptions } from './run/options.ts';
import { play, prepareThread } from './run/play.ts';
import { readScript, regressions, writeScript } from './run/scripts.ts';
import { kindOf, shrink } from './run/shrink.ts';
import { type Found, type Result, runShare, type Share } from './run/worker.ts';

/** A history that is played for so long without an end runs in circles. */
const STUCK_MS = 60_000;
const REGRESSIONS = 'test/sim/regressions';
/** Histories that are played a second time, to see that the same comes of them. */
const PLAYED_TWICE = 20;
/** Room for many worlds, so that few are alive when it is looked through for garbage. */
const YOUNG_MB = 96;
/** In the sum of all tests, so many histories count as one. */
const HISTORIES_PER_TEST = 10_000;
/** Of failures of the same kind, one is made small. */
const MOST_SHRUNK = 5;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function runShares(options: RunOptions): Promise<readonly Result[]> {
  // A world is garbage after a moment: what seems to live for long in one has been seen to be kept with all that hangs on it.
  setFlagsFromString('--no-allocation-site-pretenuring');
  const progress = new Int32Array(new SharedArrayBuffer(4 * options.workers));
  const shares = Array.from({ length: options.workers }, (_, first) => ({
    seed: options.seed,
    first,
    every: options.workers,
    histories: options.histories,
    withinMs: options.seconds === null ? Number.MAX_SAFE_INTEGER : options.seconds * 1000,
    progress,
  }));
  return Promise.all(shares.map((share) => runWorker(share)));
}

function runWorker(share: Share): Promise<Result> {
  const [, entry = ''] = process.argv;
  const worker = new Worker(entry, { workerData: share, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  return new Promise((resolve, reject) => {
    let before = -1;
    let result: Result | null = null;
    const watching = setInterval(() => {
      const now = share.progress[share.first] ?? 0;
      if (now === before) {
        reject(new Error(`history ${now} of seed ${share.seed} runs in circles: replay it with --history ${now}`));
        void worker.terminate();
      }
      before = now;
    }, STUCK_MS);
    worker.on('message', (message: Result) => {
      result = message;
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      clearInterval(watching);
      if (result === null) reject(new Error('a thread of the simulation ended without a result'));
      else resolve(result);
    });
  });
}

/** One of each kind. */
function kindsOf(found: readonly Found[]): ReadonlyMap<string, readonly Found[]> {
  return Map.groupBy(found, ({ violation }) => kindOf(violation));
}

async function makeSmall(seed: number, { history, violation }: Found, warm: WarmWorlds): Promise<string> {
  const kept = historyOf(seed, history, { keep: true, warm });
  await play(kept);
  const script: Script = { ...kept.setting, choices: kept.chosen };
  const small = await shrink(script, kindOf(violation), warm);
  const path = `out/sim-${seed}-${history}.json`;
  writeScript(path, `${violation.invariant}: ${violation.what}`, small);
  return path;
}

async function tellFailures(seed: number, found: readonly Found[], warm: WarmWorlds): Promise<void> {
  const kinds = [...kindsOf(found)].sort(([, left], [, right]) => right.length - left.length);
  for (const [index, [kind, all]] of kinds.entries()) {
    const [first] = all;
    if (first === undefined) continue;
    say(
      `${all.length} x ${kind}\n    ${first.violation.what}\n    replay: npm run sim -- --seed ${seed} --history ${first.history}`,
    );
    if (index < MOST_SHRUNK) say(`    made small: npm run sim -- --script ${await makeSmall(seed, first, warm)}`);
  }
}

/** Histories that once failed have to hold, and the same history has to come out the same. */
async function checkFirst(options: RunOptions, warm: WarmWorlds): Promise<number> {
  let failed = 0;
  for (const { name, script } of regressions(REGRESSIONS)) {
    const { violations } = await play(scriptedHistory(script, { warm }));
    const [violation] = violations;
    if (violation === undefined) continue;
    failed += 1;
    say(`${name} fails again: ${violation.invariant} ${violation.what}`);
  }
  for (let number = 0; number < Math.min(PLAYED_TWICE, options.histories); number += 1) {
    const first = await play(historyOf(options.seed, number, { warm }));
    const second = await play(historyOf(options.seed, number, { warm }));
    if (first.fingerprint === second.fingerprint && first.steps === second.steps) continue;
    failed += 1;
    say(`history ${number} of seed ${options.seed} came out differently the second time: something is not simulated`);
  }
  return failed;
}

async function runMany(options: RunOptions): Promise<void> {
  const startedMs = performance.now();
  const results = await runShares(options);
  const seconds = (performance.now() - startedMs) / 1000;
  prepareThread(); // only now: the run itself is watched over with real timers
  const warm = await buildWarmWorlds(play);
  const failedChecks = await checkFirst(options, warm);
  const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0);
  const histories = sum((result) => result.histories);
  const found = results.flatMap((result) => result.found);
  const states = new Set(results.flatMap((result) => [...result.states])).size;
  await tellFailures(options.seed, found, warm);
  const perSecond = Math.round(histories / seconds);
  const steps = sum((result) => result.steps);
  const judgedToRest = sum((result) => result.judgedToRest);
  say(
    `simulation: seed ${options.seed}, ${histories} histories, ${steps} steps (${Math.round(steps / Math.max(histories, 1))} each), ` +
      `${judgedToRest} judged to rest, ${states} states, ${found.length} violations, ${perSecond} histories per second`,
  );
  if (options.report !== null)
    writeReport(options, { histories, steps, judgedToRest, states, seconds, perSecond, found, failedChecks });
  process.exitCode = found.length + failedChecks === 0 ? 0 : 1;
}

function writeReport(
  { histories: wanted, report, seed }: RunOptions,
  run: {
    readonly histories: number;
    readonly steps: number;
    readonly judgedToRest: number;
    readonly states: number;
    readonly seconds: number;
    readonly perSecond: number;
    readonly found: readonly Found[];
    readonly failedChecks: number;
  },
): void {
  const { found, ...counts } = run;
  const whole = Math.floor(run.histories / HISTORIES_PER_TEST);
  const failed = Math.min(
    new Set(found.map(({ history }) => Math.floor(history / HISTORIES_PER_TEST))).size,
    whole + 1,
  );
  const skipped = Math.ceil((wanted - run.histories) / HISTORIES_PER_TEST);
  const passed = Math.max(Math.ceil(run.histories / HISTORIES_PER_TEST) - failed, 0);
  mkdirSync('out', { recursive: true });
  const text = JSON.stringify({
    seed,
    ...counts,
    violations: found.length,
    passed,
    failed: failed + run.failedChecks,
    skipped,
  });
  if (report !== null) writeFileSync(report, text);
}

async function playOne(options: RunOptions): Promise<void> {
  prepareThread();
  const warm = await buildWarmWorlds(play);
  const narrate = (line: string): void => void say(line);
  const history =
    options.script === null
      ? historyOf(options.seed, options.history ?? 0, { narrate, warm })
      : scriptedHistory(readScript(options.script), { narrate, warm });
  const { steps, violations } = await play(history);
  for (const { invariant, what } of violations) say(`VIOLATION ${invariant}: ${what}`);
  say(`${steps} steps, ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

if (isMainThread && process.argv.includes('--exhaustive')) {
  process.exitCode = (await runExhaustive(process.argv.slice(2))) ? 0 : 1;
} else if (isMainThread) {
  const options = readOptions(process.argv.slice(2));
  await (options.history === null && options.script === null ? runMany(options) : playOne(options));
} else await runShare();
