// The simulation with a mutant in it: bundled, run as a process of its own, and asked after how many histories it caught the bug.

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleEntries, type Replacement, ROOT } from '../bundle.ts';

export interface SimulationResult {
  readonly histories: number;
  readonly seconds: number;
  /** null when all histories held. */
  readonly violation: { readonly invariant: string; readonly what: string } | null;
}

/** As a run of the simulation sets them for its threads (test/sim/main.ts). */
const MEMORY_FLAGS = ['--no-allocation-site-pretenuring', '--max-semi-space-size=32'];
const OUT = join(ROOT, 'out/mutants');

export async function simulate(options: {
  readonly id: string;
  readonly replacements: readonly Replacement[];
  readonly seed: number;
  /** The first so many, or these; nothing is played after one that breaks an invariant. */
  readonly histories: number | readonly number[];
  readonly seconds: number;
}): Promise<SimulationResult> {
  const { id, replacements, seed, histories, seconds } = options;
  const dir = join(OUT, id);
  await mkdir(dir, { recursive: true });
  await bundleEntries({ dir, entries: { simulate: 'test/faults/mutants/simulate.ts' }, replacements });
  const bundle = join(dir, 'simulate.mjs');
  const given =
    typeof histories === 'number' ? [seed, histories, seconds] : [seed, histories.length, seconds, ...histories];
  const { stdout } = await promisify(execFile)(process.execPath, [...MEMORY_FLAGS, bundle, ...given.map(String)]);
  return JSON.parse(stdout) as SimulationResult; // written by simulate.ts
}
