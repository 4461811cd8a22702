// One kind of object with its history: what a list at a revision and a watch from a revision are answered from.

import type { ApiObject } from './objects.ts';

export interface Change {
  readonly revision: number;
  /** null before it was created. */
  readonly before: ApiObject | null;
  /** null for a deletion. */
  readonly after: ApiObject | null;
  /** What a DELETED event carries: the last state with the revision of the deletion. */
  readonly last: ApiObject;
}

export type Selector = (object: ApiObject) => boolean;

export const everything: Selector = () => true;

export interface SeenEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

export class Collection {
  readonly objects = new Map<string, ApiObject>();
  readonly changes: Change[] = [];

  copy(): Collection {
    const copy = new Collection();
    for (const [key, object] of this.objects) copy.objects.set(key, object);
    copy.changes.push(...this.changes);
    return copy;
  }

  record(key: string, change: Change): void {
    if (change.after === null) this.objects.delete(key);
    else this.objects.set(key, change.after);
    this.changes.push(change);
  }

  /** As it was at `revision`. */
  at(revision: number, keyOf: (object: ApiObject) => string): ReadonlyMap<string, ApiObject> {
    const last = this.changes.at(-1);
    if (last === undefined || last.revision <= revision) return this.objects;
    const then = new Map(this.objects);
    for (let index = this.changes.length - 1; index >= 0; index -= 1) {
      const change = this.changes[index];
      if (change === undefined || change.revision <= revision) break;
      if (change.before === null) then.delete(keyOf(change.last));
      else then.set(keyOf(change.last), change.before);
    }
    return then;
  }

  since(revision: number): readonly Change[] {
    let from = this.changes.length;
    while (from > 0 && (this.changes[from - 1]?.revision ?? 0) > revision) from -= 1;
    return this.changes.slice(from);
  }
}

/** What a watch with `selects` sees of a change: an object that comes into the filter is new to it, one that leaves is deleted. */
export function eventOf({ before, after, last }: Change, selects: Selector): SeenEvent | null {
  const was = before !== null && selects(before);
  const is = after !== null && selects(after);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  if (!was) return null;
  // The last state that the watch knew, with the revision of the change: as the real one does.
  const { resourceVersion } = (after ?? last).metadata;
  return { type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion } } };
}
