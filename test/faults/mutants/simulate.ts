// Plays histories until one breaks an invariant, and says which: bundled with a mutant in it and run as a process of its own.
// Arguments: seed, most histories, most seconds, and which histories, where not the first ones. One line of JSON (SimulationResult of simulation.ts).

import { buildWarmWorlds, historyOf } from '../../sim/histories.ts';
import { play, playAll, prepareThread } from '../../sim/run/play.ts';
import { BrokenWorld } from '../../sim/warm-worlds.ts';
import type { SimulationResult } from './simulation.ts';

const [seed = 1, histories = 10_000, seconds = 60, ...asked] = process.argv.slice(2).map(Number);
prepareThread();
const startedMs = performance.now();
let played = 0;
let violation: SimulationResult['violation'] = null;

/** Where not even a world without faults comes to rest, the bug is caught before the first history. */
const warm = await buildWarmWorlds(play).catch((thrown: unknown) => {
  if (!(thrown instanceof BrokenWorld)) throw thrown;
  const { invariant, what } = thrown.violation;
  violation = { invariant, what: `${what}, without any fault` };
  return null;
});
await playAll(
  () => {
    if (violation !== null || played >= histories || performance.now() - startedMs > seconds * 1000) return null;
    played += 1;
    return historyOf(seed, asked[played - 1] ?? played - 1, { warm });
  },
  ({ violations }) => {
    violation ??= violations[0] ?? null;
  },
);
const result: SimulationResult = { histories: played, seconds: (performance.now() - startedMs) / 1000, violation };
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0); // the timers of this process belong to worlds that are over
