// What the controller knows of the engine's containers: an index by session key, filled by one list and kept fresh by events.
// Events are hints: they only mark entries as stale; what is acted on was inspected (performance.md 11.7).

import { OperatorError } from '../lib/errors.ts';
import type { ObservedContainer } from '../model/container.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { ContainerEngine, ContainerSummary, EngineEvent } from '../ports/container-engine.ts';

export interface ContainerView {
  /** Everything under a session's name. Throws `unavailable` before the first list: unknown is not absent. */
  containersOf(key: string, signal: AbortSignal): Promise<readonly ObservedContainer[]>;
  /** Replaces the index; entries that stay are looked at again when they are needed. */
  replaceAll(containers: readonly ContainerSummary[]): void;
  /** A later list: adds what is new, and has everything that the list lacks looked at again. */
  merge(containers: readonly ContainerSummary[]): void;
  /** The engine is away: nothing is known until the next list. */
  forget(): void;
  /** Marks what the event is about; returns the session key that deserves a look. */
  note(event: EngineEvent): string;
  add(key: string, containerId: string): void;
  /** Look again before the next decision: a call timed out, or its effect is what we want to see. */
  markStale(key: string): void;
  readonly synced: boolean;
  readonly size: number;
}

export function createContainerView(engine: ContainerEngine): ContainerView {
  const byKey = new Map<string, Map<string, ObservedContainer | null>>();
  let synced = false;
  let size = 0;

  const put = (key: string, id: string, container: ObservedContainer | null): void => {
    const entries = byKey.get(key) ?? new Map<string, ObservedContainer | null>();
    if (!entries.has(id)) size += 1;
    entries.set(id, container);
    byKey.set(key, entries);
  };

  const drop = (key: string, id: string): void => {
    const entries = byKey.get(key);
    if (entries?.delete(id) !== true) return;
    size -= 1;
    if (entries.size === 0) byKey.delete(key);
  };

  const clear = (): void => {
    byKey.clear();
    size = 0;
  };

  const fresh = async (key: string, id: string, signal: AbortSignal): Promise<ObservedContainer | null> => {
    const known = byKey.get(key)?.get(id);
    if (known != null) return known;
    const found = await engine.inspect(id, signal);
    if (found === null || !found.ours) {
      drop(key, id);
      return null;
    }
    put(key, id, found.container);
    return found.container;
  };

  return {
    async containersOf(key, signal) {
      if (!synced) throw new OperatorError('unavailable', 'the containers of the engine are not listed yet');
      const ids = [...(byKey.get(key)?.keys() ?? [])];
      const found: ObservedContainer[] = [];
      for (const id of ids) {
        const container = await fresh(key, id, signal);
        if (container !== null) found.push(container);
      }
      return found;
    },
    replaceAll(containers) {
      clear();
      for (const summary of containers) put(sessionKeyOf(summary), summary.id, null);
      synced = true;
    },
    merge(containers) {
      const listed = new Set(containers.map(({ id }) => id));
      for (const entries of byKey.values()) for (const id of entries.keys()) if (!listed.has(id)) entries.set(id, null);
      for (const summary of containers) {
        const key = sessionKeyOf(summary);
        if (byKey.get(key)?.has(summary.id) !== true) put(key, summary.id, null);
      }
    },
    forget() {
      clear();
      synced = false;
    },
    note(event) {
      const key = sessionKeyOf(event);
      put(key, event.containerId, null);
      return key;
    },
    add: (key, containerId) => put(key, containerId, null),
    markStale(key) {
      for (const id of byKey.get(key)?.keys() ?? []) put(key, id, null);
    },
    get synced() {
      return synced;
    },
    get size() {
      return size;
    },
  };
}
