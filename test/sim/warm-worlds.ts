// Worlds in which sessions are as they should be, for histories to begin with: made once per thread, by the programs themselves and
// without faults. A history gets a copy, and its processes start as after a stop of all of them.

import type { History } from './history.ts';
import { TEMPLATES } from './world/templates.ts';
import type { Violation, World, WorldConfig } from './world/world.ts';

/** Which templates the sessions have that are there. New ones go to the end: written histories know them by their place. */
export const WARM_SETS: readonly (readonly number[])[] = [
  ...TEMPLATES.flatMap(({ restsWith }, index) => (restsWith.length === 0 ? [[index]] : [])),
  [0, 1],
  [3, 9],
  [10, 7],
  [11, 2],
  [12, 0],
  [1, 1],
  [14],
  [14, 0],
];

const MOST_NODES = 2;

/** Not even without any fault does a world come to what it should be. */
export class BrokenWorld extends Error {
  readonly violation: Violation;

  constructor(templates: readonly number[], violation: Violation) {
    super(`no world with templates ${templates.join()}: ${violation.invariant} ${violation.what}`);
    this.violation = violation;
  }
}

export class WarmWorlds {
  readonly #worlds = new Map<string, World>();

  /** `make` gives the history of a world that begins with nothing; `play` plays it to its end. */
  static async build(
    make: (nodes: number, templates: readonly number[]) => History,
    play: (history: History) => Promise<unknown>,
  ): Promise<WarmWorlds> {
    const warm = new WarmWorlds();
    for (let nodes = 1; nodes <= MOST_NODES; nodes += 1) {
      for (const [index, templates] of WARM_SETS.entries()) {
        const history = make(nodes, templates);
        await play(history);
        const [violation] = history.world.violations;
        if (violation !== undefined) throw new BrokenWorld(templates, violation);
        warm.#worlds.set(`${nodes} ${index}`, history.world);
      }
    }
    return warm;
  }

  worldFor({ nodes, warm }: Pick<WorldConfig, 'nodes' | 'warm'>): World | null {
    return warm === null ? null : (this.#worlds.get(`${nodes} ${warm}`) ?? null);
  }
}
