// The queue of sessions that need a node, first come first served. Sessions of one kind (same owner, same needs) stand in one line:
// when the first of a line cannot be placed, the others cannot either, so only the first ones are tried, and a change costs as much
// as there are lines, however long they are.

import { type Aged, SortedEntries, SortedGroups } from './sorted-entries.ts';

export interface WaitingEntry extends Aged {
  readonly key: string;
  readonly namespace: string;
  readonly owner: string | null;
  /** What it needs of a node, as text: two with the same shape fit the same nodes. */
  readonly shape: string;
  readonly only: string | null;
  /** Its time to live was over before it got a node. */
  readonly isOver: boolean;
  /** Milliseconds since the epoch at which it is. */
  readonly overMs: number;
  /** Counts against its quotas already, because it had a node before. */
  readonly counted: boolean;
}

interface Known extends WaitingEntry {
  readonly line: string;
  /** As the lifetime says now: it changes while a session waits. */
  overMs: number;
  /** Sessions that had been placed when this one came. */
  readonly serial: number;
  /** When its status was last written, by a monotonic clock. */
  saidMs: number | null;
}

export type { Known as QueuedSession };

/** Sessions that may be placed after one has begun to wait, before a node is kept for it. */
export const MOST_OVERTAKERS = 16;

export class WaitingQueue {
  readonly #byKey = new Map<string, Known>();
  readonly #all = new SortedEntries<Known>();
  readonly #lines = new SortedGroups<Known>();
  readonly #uncounted = new SortedGroups<Known>();
  /** First ones of their lines that have not been tried since something changed for them. */
  readonly #untried = new SortedEntries<Known>();
  /** Left out until they change, or until everybody is tried again: their write was refused. */
  readonly #skipped = new Set<string>();
  /** Those for whom the bound of overtaking is reached when so many have been placed. */
  readonly #bounds = new Map<number, Known[]>();
  #serial = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Known | null {
    return this.#byKey.get(key) ?? null;
  }

  at(index: number): Known | null {
    return this.#all.at(index);
  }

  /** 1 for the first. */
  positionOf(entry: Known): number {
    return this.#all.before(entry) + 1;
  }

  /** Those without a node that came before it. */
  aheadOf({ namespace, owner, ...entry }: WaitingEntry): { readonly ofNamespace: number; readonly ofOwner: number } {
    const before = (group: string): number => this.#uncounted.of(group)?.before(entry) ?? 0;
    return { ofNamespace: before(namespace), ofOwner: owner === null ? 0 : before(ownerGroup(owner)) };
  }

  /** Whether so many were placed since it came that a node has to be kept for it. */
  isOvertaken({ serial }: Known): boolean {
    return this.#serial - serial >= MOST_OVERTAKERS;
  }

  /** Comes, or is another one now; true when it is new. */
  put(entry: WaitingEntry): boolean {
    const known = this.#byKey.get(entry.key);
    const wasSkipped = this.#skipped.delete(entry.key);
    const line = `${entry.namespace} ${entry.owner ?? ''} ${entry.shape}`;
    if (known?.uid === entry.uid && known.line === line) {
      known.overMs = entry.overMs;
      if (wasSkipped) this.#tryFirstOf(line);
      return false;
    }
    if (known !== undefined) this.remove(entry.key);
    const added: Known = { ...entry, line, serial: known?.serial ?? this.#serial, saidMs: known?.saidMs ?? null };
    this.#byKey.set(entry.key, added);
    const bound = added.serial + MOST_OVERTAKERS;
    const sameBound = this.#bounds.get(bound);
    if (sameBound !== undefined) sameBound.push(added);
    else if (bound > this.#serial) this.#bounds.set(bound, [added]);
    this.#all.add(added);
    this.#lines.add(line, added);
    for (const group of uncountedGroups(added)) this.#uncounted.add(group, added);
    if (this.#firstOf(line) === added) this.#untried.add(added);
    return known === undefined;
  }

  /** false when it was not here. */
  remove(key: string): boolean {
    const known = this.#byKey.get(key);
    if (known === undefined) return false;
    const wasFirst = this.#firstOf(known.line) === known;
    this.#byKey.delete(key);
    this.#skipped.delete(key);
    this.#all.delete(known);
    this.#untried.delete(known);
    this.#lines.delete(known.line, known);
    for (const group of uncountedGroups(known)) this.#uncounted.delete(group, known);
    if (wasFirst) this.#tryFirstOf(known.line);
    return true;
  }

  /** One more was placed. Returns the first ones of their lines for which that is enough: they are tried before any other. */
  placed(): readonly Known[] {
    this.#serial += 1;
    const reached = this.#bounds.get(this.#serial) ?? [];
    this.#bounds.delete(this.#serial);
    const first = reached.filter((entry) => this.#firstOf(entry.line) === entry);
    for (const entry of first) this.#untried.add(entry);
    return first;
  }

  /** Something changed for everybody. */
  retryAll(): void {
    this.#skipped.clear();
    this.#untried.clear();
    for (const line of this.#lines.names) this.#tryFirstOf(line);
  }

  /** The oldest that has not been tried; null when all first ones were. */
  takeUntried(): Known | null {
    return this.#untried.takeFirst();
  }

  get hasUntried(): boolean {
    return this.#untried.size > 0;
  }

  /** As if it had not been tried. */
  tryAgain(entry: Known): void {
    if (this.#firstOf(entry.line) === entry) this.#untried.add(entry);
  }

  /** Tried again when it changes, or when everybody is; the one behind it goes first meanwhile. */
  skip(entry: Known): void {
    this.#skipped.add(entry.key);
    this.#tryFirstOf(entry.line);
  }

  #tryFirstOf(line: string): void {
    const first = this.#firstOf(line);
    if (first !== null) this.#untried.add(first);
  }

  #firstOf(line: string): Known | null {
    for (const entry of this.#lines.of(line) ?? []) if (!this.#skipped.has(entry.key)) return entry;
    return null;
  }
}

const ownerGroup = (owner: string): string => `owner:${owner}`;

function uncountedGroups({ counted, namespace, owner }: WaitingEntry): readonly string[] {
  if (counted) return [];
  return owner === null ? [namespace] : [namespace, ownerGroup(owner)];
}
