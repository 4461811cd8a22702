// npm run sim -- --exhaustive [--large] [--world NAME] [--seconds N] [--report FILE]: explores every interleaving of the small worlds,
// says what was seen, and ends with 1 when an invariant does not hold. See docs/simulation.md.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

import { type Exploration, explore } from './explore.ts';
import type { Setting } from './model.ts';
import { LARGE_SETTINGS, SETTINGS } from './settings.ts';

const MOST_STATES = 40_000_000;
const SECONDS_EACH = 60;

interface Options {
  readonly worlds: readonly Setting[];
  readonly secondsEach: number;
  /** Where the numbers go; null for nowhere. */
  readonly report: string | null;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== '--exhaustive'),
    options: {
      large: { type: 'boolean', default: false },
      world: { type: 'string' },
      seconds: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const all = values.large || values.world !== undefined ? [...SETTINGS, ...LARGE_SETTINGS] : SETTINGS;
  const worlds = values.world === undefined ? all : all.filter(({ name }) => name === values.world);
  if (worlds.length === 0) throw new Error(`--world: one of ${all.map(({ name }) => JSON.stringify(name)).join(', ')}`);
  const seconds = Number(values.seconds ?? (values.large ? Number.POSITIVE_INFINITY : SECONDS_EACH));
  return { worlds, secondsEach: seconds, report: values.report ?? null };
}

function tell(world: Setting, found: Exploration): void {
  const { states, transitions, depth, seconds, finished, violation } = found;
  const end = finished ? 'all of them' : 'STOPPED by its bound';
  process.stdout.write(`${world.name}: ${world.about}\n`);
  process.stdout.write(`  ${states} states (${end}), ${transitions} transitions, depth ${depth}, ${seconds} s\n`);
  if (violation === null) return;
  process.stdout.write(`  VIOLATION ${violation.what}\n`);
  for (const [index, action] of violation.path.entries()) process.stdout.write(`  ${index + 1}. ${action}\n`);
}

/** Runs what the arguments ask for; true when every invariant holds in every state that was seen. */
export async function runExhaustive(args: readonly string[]): Promise<boolean> {
  const { worlds, secondsEach, report } = readOptions(args);
  const results: Exploration[] = [];
  for (const world of worlds) {
    const found = await explore(world, { maxStates: MOST_STATES, maxMs: secondsEach * 1000 });
    tell(world, found);
    results.push(found);
  }
  const sum = (of: (result: Exploration) => number): number => results.reduce((total, result) => total + of(result), 0);
  const failed = results.filter(({ violation }) => violation !== null).length;
  const skipped = results.filter(({ finished, violation }) => !finished && violation === null).length;
  const seconds = Math.round(sum((result) => result.seconds) * 10) / 10;
  process.stdout.write(
    `exhaustive: ${results.length} worlds, ${sum(({ states }) => states)} distinct states, ` +
      `${sum(({ transitions }) => transitions)} transitions, ${failed} violations, ${skipped} not finished, ${seconds} s\n`,
  );
  if (report !== null) {
    mkdirSync(dirname(report), { recursive: true });
    const counts = { passed: results.length - failed - skipped, failed, skipped };
    writeFileSync(report, JSON.stringify({ ...counts, worlds: results }, null, 2));
  }
  return failed === 0;
}
