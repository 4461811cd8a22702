// The different states that one thread has seen.

import type { World } from '../world/world.ts';
import { stateCode } from './state-code.ts';

export class StateCodes {
  readonly #seen = new Set<number>();
  #effects = -1;
  #truth: unknown = null;

  /** Looks only when something has changed: effects on the API server and on engines are counted. */
  note(world: World): void {
    const { truth } = world;
    const effects = truth.writes + truth.engineEffects * 4096 + world.processes.length * 16_777_216;
    if (effects === this.#effects && truth === this.#truth) return;
    this.#effects = effects;
    this.#truth = truth;
    this.#seen.add(stateCode(world));
  }

  all(): Uint32Array {
    return Uint32Array.from(this.#seen);
  }
}
