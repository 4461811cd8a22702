// The states that were found, in the order in which they were found, each with the one that led to it first. A state is one number.

import { PackedSet } from './packed-set.ts';

/** Both parts of a state, and the processes: below 2^53 together. */
const KEY_LIMIT = 2 ** 20;
const PROCESS_LIMIT = 2 ** 12;
export const NO_PARENT = -1;

export interface Found {
  readonly first: number;
  readonly second: number;
  readonly process: number;
}

export type Pack = (first: number, second: number, process: number) => number;

/** `symmetric`: which session is which does not count. */
export function packing(symmetric: boolean): Pack {
  const pack: Pack = (first, second, process) => (first * KEY_LIMIT + second) * PROCESS_LIMIT + process;
  return symmetric
    ? (first, second, process) => (first <= second ? pack(first, second, process) : pack(second, first, process))
    : pack;
}

export class Visited {
  readonly #seen = new PackedSet(1 << 20);
  readonly #states: number[] = [];
  readonly #parents: number[] = [];

  get size(): number {
    return this.#states.length;
  }

  add(state: number, parent: number): void {
    if (!this.#seen.add(state)) return;
    this.#states.push(state);
    this.#parents.push(parent);
  }

  at(index: number): Found {
    const state = this.#states[index] ?? 0;
    const process = state % PROCESS_LIMIT;
    const keys = (state - process) / PROCESS_LIMIT;
    const second = keys % KEY_LIMIT;
    return { first: (keys - second) / KEY_LIMIT, second, process };
  }

  parentOf(index: number): number {
    return this.#parents[index] ?? NO_PARENT;
  }

  /** How many actions led here, at least. */
  depthOf(index: number): number {
    let depth = 0;
    for (let at = index; this.parentOf(at) !== NO_PARENT; at = this.parentOf(at)) depth += 1;
    return depth;
  }
}
