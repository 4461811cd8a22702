// Histories from a number, and from what was written down.

import { History, type HistoryUse, type Script } from './history.ts';
import { createRandom, mixSeeds, type SimRandom } from './kit/random.ts';
import { type Appetite, type Choice, choose, userAct } from './world/choices.ts';
import { TEMPLATES } from './world/templates.ts';
import type { World, WorldConfig } from './world/world.ts';

const LEAST_STEPS = 50;

/** The history that belongs to a number. */
export function historyOf(seed: number, number: number, how: HistoryUse = {}): History {
  const own = mixSeeds(seed, number);
  const random = createRandom(own);
  const config: WorldConfig = {
    seed: own,
    nodes: random.chance(0.4) ? 2 : 1,
    slots: random.chance(0.1) ? 1 : 8,
    pageSize: random.chance(0.2) ? 1 : 500,
    warm: Array.from({ length: random.pick([0, 1, 1, 2]) }, () => random.below(TEMPLATES.length)),
  };
  const appetite: Appetite = {
    users: 0.04 + 0.06 * random.next(),
    faults: random.chance(0.1) ? 0 : 0.1 * random.next(),
  };
  const length = LEAST_STEPS + random.below(20);
  const longRest = random.chance(0.04);
  return new History({ config, source: randomChoices(random, appetite, length), longRest, ...how });
}

function randomChoices(random: SimRandom, appetite: Appetite, length: number) {
  return (world: World, step: number): Choice | null => {
    if (step > length) return null;
    return step <= 1 ? userAct(random) : choose(world, random, appetite);
  };
}

export function scriptedHistory(script: Script, how: HistoryUse = {}): History {
  const { config, longRest, choices } = script;
  return new History({ config, longRest, source: (_world, step) => choices[step - 1] ?? null, ...how });
}
