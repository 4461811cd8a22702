// `npm run faults:mutants`: twelve bugs, one after another, put into the controller; the sweep on real parts and the simulation have to
// catch each, and the simulation also those that real parts have found. Says after how many plans and histories they do, and ends with 1
// when one escapes. See docs/fault-injection.md.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDocker } from '../../../hack/docker.ts';
import { buildInit } from '../../../hack/init/build.ts';
import { ensureImages } from '../rig/images.ts';
import { removeLeftovers } from '../rig/leftovers.ts';
import type { Plan } from '../plan.ts';
import { readPlans } from '../plan-files.ts';
import { AIMED_PLANS, FOUND, MUTANTS, type Mutant } from './mutants.ts';
import { simulate, type SimulationResult } from './simulation.ts';
import { drawSample, type Sample, sweepAll, type SweepResult } from './sweep.ts';

interface Options {
  /** For both. */
  readonly mutants: readonly Mutant[];
  /** For the simulation alone. */
  readonly found: readonly Mutant[];
  readonly only: 'sweep' | 'simulation' | null;
  /** Most plans and histories per mutant. */
  readonly plans: number;
  readonly histories: number;
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly report: string;
  /** Plans to try instead of a sample. */
  readonly files: readonly string[];
  /** Only plans that the generator has drawn: the one that was written for the mutant is left out. */
  readonly drawn: boolean;
}

/** null where it was not asked for. */
interface Row {
  readonly id: string;
  readonly why: string;
  readonly simulation: SimulationResult | null;
  readonly sweep: SweepResult | null;
}

const ALL = [...MUTANTS, ...FOUND];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(given: Options): Promise<boolean> {
  const simulations = given.only === 'sweep' ? null : await simulateAll(given);
  if (simulations !== null && simulations.clean.violation !== null) {
    say(`without a mutant: ${simulations.clean.violation.what}; what is caught then means nothing`);
    return false;
  }
  const sample = given.only === 'simulation' ? null : await prepareSweep(given);
  const rows: Row[] = [];
  const add = ({ id, why }: Mutant, swept: SweepResult | null): void => {
    const row = { id, why, simulation: simulations?.results.get(id) ?? null, sweep: swept };
    rows.push(row);
    tell(row);
  };
  if (simulations !== null) for (const mutant of given.found) add(mutant, null);
  if (sample === null) for (const mutant of given.mutants) add(mutant, null);
  else await sweepAll({ ...given, sample, say, onSwept: add });
  const escaped = rows.filter((row) => !isCaught(row));
  const swept = rows.filter((row) => row.sweep !== null);
  const simulated = rows.filter((row) => row.simulation !== null);
  const bySweep = countOf(swept, (row) => row.sweep?.caughtAfter != null);
  const bySimulation = countOf(simulated, (row) => row.simulation?.violation != null);
  say(`mutants: caught by the sweep ${bySweep}, by the simulation ${bySimulation}, seed ${given.seed}`);
  await mkdir(dirname(given.report), { recursive: true });
  const counts = { passed: rows.length - escaped.length, failed: escaped.length, skipped: 0 };
  await writeFile(given.report, `${JSON.stringify({ ...counts, seed: given.seed, mutants: rows }, null, 2)}\n`);
  return escaped.length === 0;
}

const countOf = (rows: readonly Row[], isOne: (row: Row) => boolean): string =>
  rows.length === 0 ? 'not asked' : `${rows.filter(isOne).length} of ${rows.length}`;

const isCaught = (row: Row): boolean =>
  (row.simulation === null || row.simulation.violation !== null) &&
  (row.sweep === null || row.sweep.caughtAfter !== null);

function tell({ id, simulation, sweep: swept }: Row): void {
  const bySweep =
    swept === null
      ? ''
      : swept.caughtAfter === null
        ? `ESCAPED ${swept.plans} plans`
        : `plan ${swept.caughtAfter} (${swept.plan}): ${swept.violations[0] ?? ''}`;
  const bySimulation =
    simulation === null
      ? ''
      : simulation.violation === null
        ? `ESCAPED ${simulation.histories} histories`
        : `history ${simulation.histories}: ${simulation.violation.invariant} ${simulation.violation.what}`;
  say(`${id.padEnd(22)} ${[bySweep, bySimulation].filter((part) => part !== '').join(' | ')}`);
}

async function prepareSweep(given: Options): Promise<Sample> {
  await ensureDocker({ log: say }); // one that was started stays up: `node hack/docker.ts stop` ends it
  for (const what of await removeLeftovers()) say(`removed of an earlier run: ${what}`);
  await ensureImages(say);
  await buildInit(say);
  const files = await readPlans(given.files);
  const aimed = given.drawn || files.length > 0 ? new Map<string, Plan>() : await aimedPlans(given.mutants);
  return drawSample({ ...given, given: files, aimed, say });
}

async function aimedPlans(mutants: readonly Mutant[]): Promise<ReadonlyMap<string, Plan>> {
  const plans = await readPlans(mutants.map(({ id }) => join(AIMED_PLANS, `${id}.json`)));
  return new Map(mutants.flatMap(({ id }, index) => (plans[index] === undefined ? [] : [[id, plans[index]]])));
}

/** Two at a time; then the histories that caught one, without any mutant: they have to hold. */
async function simulateAll({ mutants, found, seed, histories, seconds, workers }: Options) {
  const results = new Map<string, SimulationResult>();
  const waiting = [...found, ...mutants]; // what real parts had to find takes the simulation long as well
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { id, replacements } = next;
      results.set(id, await simulate({ id, replacements, seed, histories, seconds }));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const caught = [...results.values()].filter(({ violation, histories: played }) => violation !== null && played > 0);
  const catching = [...new Set(caught.map((result) => result.histories - 1))];
  const clean = await simulate({ id: 'none', replacements: [], seed, histories: catching, seconds });
  return { results, clean };
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mutant: { type: 'string', multiple: true, default: [] },
      only: { type: 'string' },
      plans: { type: 'string', default: '200' },
      histories: { type: 'string', default: '50000' },
      seconds: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      report: { type: 'string', default: 'out/mutants.json' },
      plan: { type: 'string', multiple: true, default: [] },
      drawn: { type: 'boolean', default: false },
    },
  });
  const { only = null, mutant: names } = values;
  if (only !== null && only !== 'sweep' && only !== 'simulation') throw new Error('--only: sweep or simulation');
  const unknown = names.filter((name) => !ALL.some(({ id }) => id === name));
  if (unknown.length > 0) throw new Error(`--mutant ${unknown.join()}: one of ${ALL.map(({ id }) => id).join(', ')}`);
  const isWanted = ({ id }: Mutant): boolean => names.length === 0 || names.includes(id);
  const whole = (name: 'plans' | 'histories' | 'seconds' | 'seed' | 'workers'): number => {
    if (!/^\d{1,9}$/.test(values[name])) throw new Error(`--${name} ${values[name]}: must be a whole number`);
    return Number(values[name]);
  };
  return {
    mutants: MUTANTS.filter(isWanted),
    found: FOUND.filter(isWanted),
    only,
    plans: whole('plans'),
    histories: whole('histories'),
    seconds: whole('seconds'),
    seed: whole('seed'),
    workers: Math.max(whole('workers'), 1),
    report: values.report,
    files: values.plan,
    drawn: values.drawn,
  };
}

const options = readOptions(process.argv.slice(2));
process.exitCode = (await main(options)) ? 0 : 1;
process.exit(); // the rig keeps connections open
