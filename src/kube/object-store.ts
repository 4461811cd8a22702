// What a watch has told us, by key. Decides alone which of two versions of an object counts, so that a late event never
// undoes a newer one and a recreated object is never taken for its predecessor. No I/O.

import { isNewer } from './raw-object.ts';

export interface StoredObject<T> {
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly value: T;
}

interface Entry<T> extends StoredObject<T> {
  /** The list round in which our own write put this value here; null for values of the API server's own stream. */
  readonly ownSince: number | null;
}

export class ObjectStore<T> {
  readonly #entries = new Map<string, Entry<T>>();
  #round = 0;

  get(key: string): T | null {
    return this.#entries.get(key)?.value ?? null;
  }

  *values(): Iterable<T> {
    for (const entry of this.#entries.values()) yield entry.value;
  }

  /** The value that is already here for exactly this version, so that it need not be parsed again. */
  same(key: string, uid: string, resourceVersion: string): T | null {
    const entry = this.#entries.get(key);
    return entry?.uid === uid && entry.resourceVersion === resourceVersion ? entry.value : null;
  }

  /** To be called before the first page of a list is asked for: own writes from here on may be newer than the list. */
  beginList(): void {
    this.#round += 1;
  }

  /** Makes the store equal to a complete list; returns every key that is or was there. */
  replace(items: readonly StoredObject<T>[]): readonly string[] {
    const before = new Map(this.#entries);
    this.#entries.clear();
    for (const item of items) {
      const known = before.get(item.key);
      const keepsOwn =
        known?.uid === item.uid &&
        known.ownSince === this.#round &&
        isNewer(known.resourceVersion, item.resourceVersion);
      this.#entries.set(item.key, keepsOwn ? known : { ...item, ownSince: null });
    }
    return [...new Set([...before.keys(), ...this.#entries.keys()])];
  }

  /** An ADDED or MODIFIED event. An older version than the known one changes nothing, whichever incarnation it is of. */
  upsert(item: StoredObject<T>): void {
    const known = this.#entries.get(item.key);
    if (known !== undefined && isNewer(known.resourceVersion, item.resourceVersion)) return;
    this.#entries.set(item.key, { ...item, ownSince: null });
  }

  /** A DELETED event: gone, or out of the filter. One that is older than what is known comes twice or too late, and is ignored. */
  remove(gone: Pick<StoredObject<T>, 'key' | 'uid' | 'resourceVersion'>): void {
    const known = this.#entries.get(gone.key);
    if (known === undefined) return;
    if (isNewer(known.resourceVersion, gone.resourceVersion)) return;
    this.#entries.delete(gone.key);
  }

  /**
   * The answer to a write of our own. Only refreshes what is here: an object that is not in the filter, or was deleted
   * meanwhile, must not come back. A newer incarnation that was read takes the place of the one before it.
   */
  observe(item: StoredObject<T>): void {
    const known = this.#entries.get(item.key);
    if (known === undefined || !isNewer(item.resourceVersion, known.resourceVersion)) return;
    this.#entries.set(item.key, { ...item, ownSince: this.#round });
  }
}
