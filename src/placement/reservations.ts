// Nodes that are kept free for sessions which others have overtaken for long enough: a big session must not starve behind small ones
// that always fit. One node per session, one session per node.

import { isBefore } from './sorted-entries.ts';
import type { QueuedSession } from './waiting.ts';

export class Reservations {
  readonly #byNode = new Map<string, QueuedSession>();
  readonly #nodeOf = new Map<string, string>();

  /** Whether the node is kept for a session that is older than this one. */
  isKeptFrom(entry: QueuedSession, nodeName: string): boolean {
    const holder = this.#byNode.get(nodeName);
    return holder !== undefined && holder.key !== entry.key && isBefore(holder, entry);
  }

  /** `later`: nodes that would do, best first. The one that it has already stays, as long as it would do. */
  keep(entry: QueuedSession, later: readonly string[]): void {
    const kept = this.#nodeOf.get(entry.key);
    if (kept !== undefined && later.includes(kept)) return;
    this.release(entry.key);
    const free = later.find((name) => !this.#byNode.has(name));
    if (free === undefined) return;
    this.#byNode.set(free, entry);
    this.#nodeOf.set(entry.key, free);
  }

  /** false when it had none. */
  release(key: string): boolean {
    const nodeName = this.#nodeOf.get(key);
    if (nodeName === undefined) return false;
    this.#nodeOf.delete(key);
    this.#byNode.delete(nodeName);
    return true;
  }
}
