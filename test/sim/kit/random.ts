// Random choices that follow from a seed alone: the same seed gives the same history on every machine.

export interface SimRandom {
  /** At least 0 and below 1. */
  next(): number;
  /** A whole number, at least 0 and below `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  /** `items` must not be empty. */
  pick<T>(items: readonly T[]): T;
}

/** Two numbers, such as a run's seed and the number of a history, make one seed that has nothing to do with its neighbours'. */
export function mixSeeds(left: number, right: number): number {
  let mixed = (Math.imul(left ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(right + 0x7f4a7c15, 0xc2b2ae35)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** A counter that is scrambled (the generator known as mulberry32): 2^32 numbers before it repeats, far more than one history asks for. */
export function createRandom(seed: number): SimRandom {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}
