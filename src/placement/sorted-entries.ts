// Sessions in the order in which they came: by creation time, which the API server counts in seconds, then by UID. The same answer
// whoever asks. Finding a place costs the logarithm of the number.

export interface Aged {
  readonly uid: string;
  readonly creationMs: number;
}

export function isBefore(left: Aged, right: Aged): boolean {
  return left.creationMs !== right.creationMs ? left.creationMs < right.creationMs : left.uid < right.uid;
}

export class SortedEntries<T extends Aged> {
  readonly #entries: T[] = [];

  get size(): number {
    return this.#entries.length;
  }

  get first(): T | null {
    return this.#entries[0] ?? null;
  }

  at(index: number): T | null {
    return this.#entries[index] ?? null;
  }

  /** How many came before it; it need not be in here. */
  before(entry: Aged): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle];
      if (other !== undefined && isBefore(other, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Nothing happens when it is here already. */
  add(entry: T): void {
    const index = this.before(entry);
    if (this.#entries[index]?.uid !== entry.uid) this.#entries.splice(index, 0, entry);
  }

  delete(entry: Aged): void {
    const index = this.before(entry);
    if (this.#entries[index]?.uid === entry.uid) this.#entries.splice(index, 1);
  }

  takeFirst(): T | null {
    return this.#entries.shift() ?? null;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  *[Symbol.iterator](): Iterator<T> {
    yield* this.#entries;
  }
}

/** Sorted entries by a name; empty ones are forgotten. */
export class SortedGroups<T extends Aged> {
  readonly #groups = new Map<string, SortedEntries<T>>();

  get names(): Iterable<string> {
    return this.#groups.keys();
  }

  of(name: string): SortedEntries<T> | null {
    return this.#groups.get(name) ?? null;
  }

  add(name: string, entry: T): void {
    const group = this.#groups.get(name) ?? new SortedEntries<T>();
    group.add(entry);
    this.#groups.set(name, group);
  }

  delete(name: string, entry: Aged): void {
    const group = this.#groups.get(name);
    group?.delete(entry);
    if (group?.size === 0) this.#groups.delete(name);
  }
}
