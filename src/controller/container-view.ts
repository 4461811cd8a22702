// What the controller knows of the engine's containers: an index by session key, filled by one list and kept fresh by events.
// Events are hints: they only mark entries as stale; what is acted on was inspected (performance.md 11.7).

import { OperatorError } from '../lib/errors.ts';
import type { ContainerState, ObservedContainer } from '../model/container.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { ContainerEngine, ContainerSummary, EngineEvent } from '../ports/container-engine.ts';

export interface ContainerView {
  /** Everything under a session's name. Throws `unavailable` before the first list: unknown is not absent. */
  containersOf(key: string, signal: AbortSignal): Promise<readonly ObservedContainer[]>;
  /** Replaces the index; entries that stay are looked at again when they are needed. */
  replaceAll(containers: readonly ContainerSummary[]): void;
  /** Before a later list is asked for. */
  mark(): number;
  /**
   * A later list: adds what is new, has everything that the list shows otherwise looked at again, and returns the keys of both.
   * What was learned after `since`, a mark, is newer than the list and stays.
   */
  merge(containers: readonly ContainerSummary[], since: number): ReadonlySet<string>;
  /** The engine is away: nothing is known until the next list; `why` is what is said meanwhile. */
  forget(why: string): void;
  /** Marks what the event is about; returns the session key that deserves a look. */
  note(event: EngineEvent): string;
  add(key: string, containerId: string): void;
  /** A create had no answer: whether the container exists is asked by its name before the session is told what it has. */
  doubt(key: string, containerName: string): void;
  /** The session key of a container; null when it is not known. */
  keyOf(containerId: string): string | null;
  /** Look again before the next decision: a call timed out, or its effect is what we want to see. */
  markStale(key: string): void;
  isSynced(): boolean;
  size(): number;
  /** Containers that run, or of which nobody knows whether they do. */
  mayRun(): number;
}

interface Entry {
  /** A `start` was heard of since the container was last inspected: an answer that knows of it is new enough. */
  started: boolean;
  /** null until it was inspected, and again after every reason to look anew. */
  container: ObservedContainer | null;
  /** Grows with every reason to look anew: an answer that was asked for before it is not kept. */
  version: number;
  /** The number of the last thing learned about it; see mark(). */
  learned: number;
}

const ENDED: ReadonlySet<ContainerState> = new Set(['created', 'exited', 'dead']);

/** Inspects of one look; an entry that keeps changing meanwhile is looked at again by the event that changed it. */
const MOST_TRIES = 3;

/**
 * The engine's echo of our own create and start arrives after the inspect that followed them (performance.md 6). It is no
 * reason for another one: a container cannot have stopped without a `die` in between.
 */
function tellsNothingNew(event: EngineEvent, entry: Entry): boolean {
  if (event.action === 'create') return true;
  if (event.action !== 'start') return false;
  if (entry.container === null) entry.started = true;
  return entry.container === null || entry.container.state === 'running';
}

export function createContainerView(engine: ContainerEngine): ContainerView {
  const byKey = new Map<string, Map<string, Entry>>();
  /** Container names by session key; they outlive a loss of the engine, which answers nothing. */
  const doubts = new Map<string, string>();
  let away = 'the containers of the engine are not listed yet';
  let synced = false;
  let size = 0;
  let learned = 0;

  const touch = (key: string, id: string): void => {
    const entries = byKey.get(key) ?? new Map<string, Entry>();
    const known = entries.get(id);
    if (known === undefined) size += 1;
    learned += 1;
    entries.set(id, { container: null, started: false, version: (known?.version ?? 0) + 1, learned });
    byKey.set(key, entries);
  };

  const drop = (key: string, id: string): void => {
    const entries = byKey.get(key);
    if (entries?.delete(id) !== true) return;
    size -= 1;
    if (entries.size === 0) byKey.delete(key);
  };

  const keep = (entry: Entry, container: ObservedContainer): void => {
    learned += 1;
    entry.container = container;
    entry.learned = learned;
  };

  const clear = (): void => {
    byKey.clear();
    size = 0;
  };

  const fresh = async (key: string, id: string, signal: AbortSignal): Promise<ObservedContainer | null> => {
    for (let tries = 1; ; tries += 1) {
      const before = byKey.get(key)?.get(id);
      if (before?.container != null) return before.container;
      const found = await engine.inspect(id, signal);
      if (found === null || !found.ours) {
        drop(key, id);
        return null;
      }
      const after = byKey.get(key)?.get(id);
      const early = after?.started === true && found.container.state === 'created';
      const unchanged = after !== undefined && after.version === before?.version && !early;
      if (unchanged) keep(after, found.container);
      if (unchanged || tries >= MOST_TRIES) return found.container;
    }
  };

  const settleDoubt = async (key: string, signal: AbortSignal): Promise<void> => {
    const name = doubts.get(key);
    if (name === undefined) return;
    const found = await engine.inspect(name, signal);
    doubts.delete(key);
    if (found?.ours === true && byKey.get(key)?.has(found.container.id) !== true) touch(key, found.container.id);
  };

  return {
    async containersOf(key, signal) {
      if (!synced) throw new OperatorError('unavailable', away);
      await settleDoubt(key, signal);
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
      for (const summary of containers) touch(sessionKeyOf(summary), summary.id);
      synced = true;
    },
    mark: () => learned,
    merge(containers, since) {
      const listed = new Map(containers.map(({ id, state }) => [id, state]));
      const changed = new Set<string>();
      const look = (key: string, id: string): void => {
        touch(key, id);
        changed.add(key);
      };
      for (const [key, entries] of byKey) {
        for (const [id, { container, learned: at }] of entries) {
          if (at > since) continue;
          const state = listed.get(id);
          if (state === undefined || (container !== null && container.state !== state)) look(key, id);
        }
      }
      for (const summary of containers) {
        const key = sessionKeyOf(summary);
        if (byKey.get(key)?.has(summary.id) !== true) look(key, summary.id);
      }
      return changed;
    },
    forget(why) {
      clear();
      synced = false;
      away = why;
    },
    note(event) {
      const key = sessionKeyOf(event);
      const entry = byKey.get(key)?.get(event.containerId);
      if (entry === undefined || !tellsNothingNew(event, entry)) touch(key, event.containerId);
      return key;
    },
    add: touch,
    doubt: (key, containerName) => void doubts.set(key, containerName),
    keyOf: (containerId) => [...byKey].find(([, entries]) => entries.has(containerId))?.[0] ?? null,
    markStale(key) {
      for (const id of byKey.get(key)?.keys() ?? []) touch(key, id);
    },
    isSynced: () => synced,
    size: () => size,
    mayRun() {
      let count = 0;
      for (const entries of byKey.values()) {
        for (const { container } of entries.values()) if (container === null || !ENDED.has(container.state)) count += 1;
      }
      return count;
    },
  };
}
