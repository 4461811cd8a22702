// Keeps a local copy of a collection by list and watch, through every fault that connections and API servers have
// (stack.md 3, control-plane.md 6). Delivers keys only. client-node's informer is not used: it ends for good after one reset.

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import { type BackoffLimits, backoffMs } from '../process/backoff.ts';
import { orAborted } from '../process/deadline.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { collectionPath } from './api-paths.ts';
import { type ChangeNotifier, createChangeNotifier } from './change-notifier.ts';
import type { KubeClient } from './kube-client.ts';
import { faultOfTransport, faultOfWatchError } from './kube-errors.ts';
import { type ListScope, listObjects } from './list-objects.ts';
import { ObjectStore, type StoredObject } from './object-store.ts';
import { keyOf, metadataOf, recordOf, textOf } from './raw-object.ts';
import { untilSilent, withPulse } from './until-silent.ts';
import { parseEvent, type WatchEvent, watchLines } from './watch-events.ts';

export interface ReflectorLimits {
  /** Silence after which a watch counts as dead. The server is asked to end each watch before that. */
  readonly idleTimeoutMs: number;
  /** A complete list at least this often, against events that were lost without a trace. */
  readonly relistEveryMs: number;
  readonly maxEventBytes: number;
  readonly backoff: BackoffLimits;
}

/** null for an object that is not to be kept; `known` is the version of it that is held now. Must not throw. */
export type Parse<T> = (raw: unknown, known: T | null) => T | null;

export interface ReflectorOptions<T> extends ListScope {
  readonly client: KubeClient;
  readonly parse: Parse<T>;
  /** Where one process is given the same object again and again, as in a simulation: reads each once. Default: every time. */
  readonly readOnce?: <Any>(resource: string, parse: Parse<Any>) => Parse<Any>;
  /** Reads one line of a watch; throws OperatorError. Default: one event as JSON, as the API server sends it. */
  readonly readEvent?: typeof parseEvent;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly limits?: Partial<ReflectorLimits>;
  readonly metrics?: { readonly seen: () => void; readonly restarted: () => void };
}

/** What a cache of one kind of object leaves to whoever makes it. */
export type CacheOptions = Omit<ReflectorOptions<never>, keyof ListScope | 'parse'>;

export interface Reflector<T> {
  /** Runs until `signal` aborts; never rejects for a fault of the other side. May be called again after it has ended. */
  run(onChange: (key: string) => void, signal: AbortSignal): Promise<void>;
  isSynced(): boolean;
  whenSynced(signal: AbortSignal): Promise<void>;
  /** Throws `unavailable` before the first complete list: unknown is not absent. */
  get(key: string): T | null;
  /** Throws `unavailable` before the first complete list. */
  values(): Iterable<T>;
  observe(item: StoredObject<T>): void;
  /** Milliseconds since the API server was last heard of; Infinity before that. */
  lastSeenMs(): number;
}

const DEFAULT_LIMITS: ReflectorLimits = {
  idleTimeoutMs: 60_000,
  relistEveryMs: 300_000,
  maxEventBytes: 8 * 1024 * 1024,
  backoff: { baseMs: 100, capMs: 10_000 },
};

/** A watch that ends sooner without a word counts as failed, or a server that ends it at once would be asked without pause. */
const SHORTEST_WATCH_MS = 1_000;
/** One reset is everyday life; so many faults in a row are news, once. */
const WORTH_A_WARNING = 4;
/** Faults that say nothing about our position: the same watch is tried again. Any other fault in a row leads to a new list. */
const POSITION_KEEPING = new Set(['unavailable', 'timeout', 'forbidden', 'unauthenticated', 'not-found']);

export function createReflector<T>(options: ReflectorOptions<T>): Reflector<T> {
  const { clock, client, log, readEvent = parseEvent } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parse = options.readOnce?.(options.resource.plural, options.parse) ?? options.parse;
  const path = collectionPath(options.resource, options.namespace);
  const what = `watch of ${path}`;
  const store = new ObjectStore<T>();
  let sync = Promise.withResolvers<void>();
  let synced = false;
  let seenAtMs = Number.NEGATIVE_INFINITY;
  /** Where the watch goes on; null means that a list is needed. */
  let position: string | null = null;
  let listedAtMs = 0;
  let failures = 0;

  const seen = (): void => {
    seenAtMs = clock.monotonicMs();
    failures = 0;
    options.metrics?.seen();
  };

  const read = (raw: unknown): StoredObject<T> | null => {
    const metadata = metadataOf(raw);
    if (metadata === null) return null;
    const { uid, resourceVersion } = metadata;
    const key = keyOf(metadata);
    const value = store.same(key, uid, resourceVersion) ?? parse(withoutManagedFields(raw), store.get(key));
    return value === null ? null : { key, uid, resourceVersion, value };
  };

  const list = async (notifier: ChangeNotifier, signal: AbortSignal): Promise<void> => {
    store.beginList();
    const items: StoredObject<T>[] = [];
    const visit = (raw: unknown): void => {
      const item = read(raw);
      if (item !== null) items.push(item);
    };
    position = await listObjects(client, options, visit, signal);
    listedAtMs = clock.monotonicMs();
    const keys = store.replace(items);
    synced = true;
    sync.resolve();
    options.metrics?.seen();
    seenAtMs = listedAtMs;
    for (const key of keys) notifier.changed(key);
  };

  const take = (line: string, notifier: ChangeNotifier): void => {
    const event = readEvent(line, what);
    if (event.type === 'ERROR') throw faultOfWatchError(event.object, what);
    const metadata = recordOf(recordOf(event.object)['metadata']);
    const resourceVersion = textOf(metadata['resourceVersion']);
    if (resourceVersion === '') throw new OperatorError('internal', `${what}: an event without a resourceVersion`);
    if (event.type !== 'BOOKMARK') apply(event, notifier);
    position = resourceVersion;
    seen();
  };

  const apply = (event: WatchEvent, notifier: ChangeNotifier): void => {
    const metadata = metadataOf(event.object);
    if (metadata === null) throw new OperatorError('internal', `${what}: an event without a name or uid`);
    const key = keyOf(metadata);
    const item = event.type === 'DELETED' ? null : read(event.object);
    if (item === null) store.remove({ ...metadata, key });
    else store.upsert(item);
    notifier.changed(key);
  };

  const watch = async (from: string, notifier: ChangeNotifier, signal: AbortSignal): Promise<void> => {
    const openedMs = clock.monotonicMs();
    const timeoutMs = Math.min(limits.idleTimeoutMs * (0.6 + 0.2 * options.random()), limits.relistEveryMs);
    const query = {
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      timeoutSeconds: String(Math.max(Math.ceil(timeoutMs / 1000), 1)),
      fieldSelector: options.fieldSelector,
      labelSelector: options.labelSelector,
    };
    let events = 0;
    const readAll = async (alive: () => void, limited: AbortSignal): Promise<void> => {
      const chunks = await client.stream({ path, query }, limited);
      for await (const line of watchLines(withPulse(chunks, alive), limits.maxEventBytes)) {
        take(line, notifier);
        events += 1;
      }
    };
    await untilSilent({ idleMs: limits.idleTimeoutMs, what, clock }, readAll, signal);
    if (events > 0 || clock.monotonicMs() - openedMs >= SHORTEST_WATCH_MS) return seen();
    throw new OperatorError('unavailable', `${what}: the server ended the watch at once`);
  };

  const recover = async (thrown: unknown, signal: AbortSignal): Promise<void> => {
    const fault = asOperatorError(faultOfTransport(thrown, { url: client.url, what }));
    failures += 1;
    options.metrics?.restarted();
    if (fault.kind === 'expired' || !POSITION_KEEPING.has(fault.kind)) position = null;
    const fields = { path, kind: fault.kind, failures, error: fault.message };
    if (failures === WORTH_A_WARNING) log.warn('watch keeps failing', fields);
    else log.debug('watch interrupted', fields);
    if (fault.kind === 'expired' && failures === 1) return;
    const wantedMs = (fault.retryAfterSeconds ?? 0) * 1000;
    const pauseMs = backoffMs(failures, limits.backoff, options.random);
    await clock.sleep(Math.max(pauseMs, Math.min(wantedMs, limits.backoff.capMs)), signal).catch(() => {});
  };

  /** Every run begins with a list: its receiver has heard of nothing, and what an earlier run left behind may be old. */
  const beginAnew = (): void => {
    if (synced) sync = Promise.withResolvers();
    synced = false;
    position = null;
    failures = 0;
  };

  const requireSync = (): void => {
    if (!synced) throw new OperatorError('unavailable', `${path} is not synced yet; retry`, { retryAfterSeconds: 1 });
  };

  return {
    async run(onChange, signal) {
      beginAnew();
      const notifier = createChangeNotifier(onChange, log);
      while (!signal.aborted) {
        try {
          if (position === null || clock.monotonicMs() - listedAtMs >= limits.relistEveryMs)
            await list(notifier, signal);
          if (position !== null) await watch(position, notifier, signal);
        } catch (thrown) {
          if (!signal.aborted) await recover(thrown, signal);
        }
      }
      notifier.stop();
    },
    isSynced() {
      return synced;
    },
    whenSynced: (signal) => orAborted(sync.promise, signal),
    get(key) {
      requireSync();
      return store.get(key);
    },
    values() {
      requireSync();
      return store.values();
    },
    observe: (item) => store.observe(item),
    lastSeenMs: () => clock.monotonicMs() - seenAtMs,
  };
}

/** managedFields are nearly half of an object and nobody here reads them. */
function withoutManagedFields(raw: unknown): unknown {
  const metadata = recordOf(recordOf(raw)['metadata']) as Record<string, unknown>; // our own parse, not shared yet
  delete metadata['managedFields'];
  return raw;
}
