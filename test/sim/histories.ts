// Histories from a number, and from what was written down.

import { type End, History, type HistoryUse, type Script } from './history.ts';
import { createRandom, mixSeeds, type SimRandom } from './kit/random.ts';
import { type Appetite, type Choice, choose, NAMES, userAct } from './world/choices.ts';
import { WARM_SETS, WarmWorlds } from './warm-worlds.ts';
import type { World, WorldConfig } from './world/world.ts';

/** In which anything may happen. */
const LEAST_STEPS = 50;
/** Coming to rest takes as many steps as what comes before, so only some are judged by it; they have more to recover from too. */
const JUDGED_TO_REST = 0.2;
const WATCHED_AT_REST = 0.01;
const MORE_STEPS = { faults: 5, rest: 40, longRest: 40 };

/** The history that belongs to a number. */
export function historyOf(seed: number, number: number, how: HistoryUse = {}): History {
  const own = mixSeeds(seed, number);
  const random = createRandom(own);
  const end = endOf(random);
  const config: WorldConfig = {
    seed: own,
    nodes: random.chance(end === 'faults' ? 0.15 : 0.4) ? 2 : 1, // two take longer to begin their work
    slots: random.chance(0.1) ? 1 : 8,
    pageSize: random.chance(0.2) ? 1 : 500,
    warm: random.chance(0.2) ? null : random.below(WARM_SETS.length),
  };
  const appetite: Appetite = {
    users: 0.04 + 0.06 * random.next(),
    faults: random.chance(0.1) ? 0 : 0.1 * random.next(),
  };
  const length = LEAST_STEPS + random.below(MORE_STEPS[end]);
  return new History({ config, source: randomChoices(random, appetite, length), end, ...how });
}

function endOf(random: SimRandom): End {
  const dice = random.next();
  if (dice < WATCHED_AT_REST) return 'longRest';
  return dice < JUDGED_TO_REST ? 'rest' : 'faults';
}

function randomChoices(random: SimRandom, appetite: Appetite, length: number) {
  return (world: World, step: number): Choice | null => {
    if (step > length) return null;
    return step <= 1 ? userAct(random) : choose(world, random, appetite);
  };
}

export function scriptedHistory(script: Script, how: HistoryUse = {}): History {
  const { config, end, choices } = script;
  return new History({ config, end, source: (_world, step) => choices[step - 1] ?? null, ...how });
}

/** To be asked for once per thread. */
export const buildWarmWorlds = (play: (history: History) => Promise<unknown>): Promise<WarmWorlds> =>
  WarmWorlds.build((nodes, templates) => {
    const config: WorldConfig = { seed: 1, nodes, slots: 8, pageSize: 500, warm: null };
    const choices = templates.map((template, index): Choice => ({ do: 'create', name: NAMES[index] ?? 'a', template }));
    return scriptedHistory({ config, choices, end: 'rest' });
  }, play);
