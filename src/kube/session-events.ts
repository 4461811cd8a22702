// Kubernetes Events about sessions: best effort, off the path of every reconcile, bounded in memory and in writes. The same
// event again is counted in its series instead of being created anew.

import { createHash } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import { asOperatorError, isFault } from '../lib/errors.ts';
import { eventTypeOf, type EventReason } from '../model/conditions.ts';
import { API_VERSION, SESSION_KIND } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SessionEvents } from '../ports/sessions.ts';
import { collectionPath, EVENTS, objectPath } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { microTime } from './micro-time.ts';

export interface KubeSessionEvents extends SessionEvents {
  /** Resolves when everything recorded so far is written or given up. For an orderly end; `signal` cuts it short. */
  flush(signal: AbortSignal): Promise<void>;
}

interface RecordedEvent {
  readonly name: string;
  readonly session: McpSession['meta'];
  readonly reason: EventReason;
  readonly message: string;
  readonly firstMs: number;
  count: number;
  lastMs: number;
  /** How often the API server knows it happened; 0 before it was created. */
  written: number;
  writtenAtMs: number;
  queued: boolean;
}

/** Events that count as the same one when they come again within the window. */
const MAX_REMEMBERED = 2_000;
const WINDOW_MS = 10 * 60_000;
/** A count is written at once the first time, then no more often than this. */
const COUNT_EVERY_MS = 30_000;
const MAX_QUEUED = 500;
/** Limits of the API (events.k8s.io/v1): note 1 kB; the name must be a DNS subdomain of 253 characters. */
const LONGEST_NOTE = 1_000;
const LONGEST_NAME_PREFIX = 230;

export function createSessionEvents(options: {
  readonly client: KubeClient;
  /** Example: "mcpsession-controller". */
  readonly component: string;
  /** Which one of several: the node or the pod. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends all writing when the program ends. */
  readonly signal: AbortSignal;
  /** Most events that are counted instead of written anew. Default 2,000. */
  readonly maxRemembered?: number;
}): KubeSessionEvents {
  const { client, clock, log, maxRemembered = MAX_REMEMBERED } = options;
  const remembered = new LRUCache<string, RecordedEvent>({ max: maxRemembered });
  const queue: RecordedEvent[] = [];
  let writing: Promise<void> | null = null;

  const enqueue = (event: RecordedEvent): void => {
    if (event.queued) return;
    if (queue.length >= MAX_QUEUED) return log.debug('event dropped', { reason: event.reason });
    event.queued = true;
    queue.push(event);
    writing ??= writeAll().finally(() => {
      writing = null;
    });
  };

  const writeAll = async (): Promise<void> => {
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      event.queued = false;
      if (options.signal.aborted) continue;
      try {
        await write(event);
      } catch (thrown) {
        const error = asOperatorError(thrown);
        log.debug('event not written', { reason: event.reason, kind: error.kind, error: error.message });
      }
    }
  };

  const write = async (event: RecordedEvent): Promise<void> => {
    const { count } = event;
    if (event.written > 0 && (await patchSeries(event))) return markWritten(event, count);
    await client.request(
      { method: 'POST', path: collectionPath(EVENTS, event.session.namespace), body: eventBody(event, options) },
      options.signal,
    );
    markWritten(event, count);
  };

  const markWritten = (event: RecordedEvent, count: number): void => {
    event.written = count;
    event.writtenAtMs = clock.monotonicMs();
  };

  /** false when the API server has forgotten the event (they expire after an hour). */
  const patchSeries = async (event: RecordedEvent): Promise<boolean> => {
    const { namespace } = event.session;
    const series = { count: event.count, lastObservedTime: microTime(event.lastMs) };
    try {
      const path = objectPath(EVENTS, { namespace, name: event.name });
      const request = { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: { series } } as const;
      await client.request(request, options.signal);
      return true;
    } catch (thrown) {
      if (isFault(thrown, 'not-found')) return false;
      throw thrown;
    }
  };

  return {
    record(session, { reason, message }) {
      const key = createHash('sha256').update(`${session.meta.uid}\0${reason}\0${message}`).digest('hex');
      const nowMs = clock.nowMs();
      const known = remembered.get(key);
      if (known === undefined || nowMs - known.lastMs > WINDOW_MS) {
        const event = newEvent({ session: session.meta, reason, message, key, nowMs });
        remembered.set(key, event);
        return enqueue(event);
      }
      known.count += 1;
      known.lastMs = nowMs;
      const isDue = known.written <= 1 || clock.monotonicMs() - known.writtenAtMs >= COUNT_EVERY_MS;
      if (isDue) enqueue(known);
    },
    async flush(signal) {
      const aborted = Promise.withResolvers<void>();
      const onAbort = (): void => aborted.resolve();
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      await Promise.race([writing ?? Promise.resolve(), aborted.promise]);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

function newEvent(input: {
  readonly session: McpSession['meta'];
  readonly reason: EventReason;
  readonly message: string;
  readonly key: string;
  readonly nowMs: number;
}): RecordedEvent {
  const { session, reason, message, key, nowMs } = input;
  // The time makes the name new after the window; the same name would be refused while the old event lives.
  const name = `${session.name.slice(0, LONGEST_NAME_PREFIX)}.${key.slice(0, 8)}${nowMs.toString(16)}`;
  const times = { firstMs: nowMs, lastMs: nowMs, writtenAtMs: 0 };
  return { name, session, reason, message, ...times, count: 1, written: 0, queued: false };
}

function eventBody(event: RecordedEvent, from: { readonly component: string; readonly instance: string }): unknown {
  const { session, reason, count } = event;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: session.namespace, name: event.name },
    eventTime: microTime(event.firstMs),
    reportingController: from.component,
    reportingInstance: from.instance.slice(0, 128),
    action: reason,
    reason,
    type: eventTypeOf(reason),
    note: event.message.slice(0, LONGEST_NOTE),
    regarding: {
      apiVersion: API_VERSION,
      kind: SESSION_KIND,
      namespace: session.namespace,
      name: session.name,
      uid: session.uid,
      resourceVersion: session.resourceVersion,
    },
    ...(count > 1 ? { series: { count, lastObservedTime: microTime(event.lastMs) } } : {}),
  };
}
