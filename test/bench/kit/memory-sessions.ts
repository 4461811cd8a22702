// The API server's part of ports/sessions in memory: what the controller reads and writes, without the time that a server
// takes. Every write comes back as a change, as a watch would bring it.

import { OperatorError } from '../../../src/lib/errors.ts';
import { FINALIZER, sessionKeyOf } from '../../../src/model/names.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionCache, SessionReference, SessionStore } from '../../../src/ports/sessions.ts';
import { orAborted } from '../../../src/process/deadline.ts';

export interface MemorySessions {
  readonly cache: SessionCache;
  readonly store: SessionStore;
  /** Puts the session there and tells the controller of it. */
  put(session: McpSession): void;
  /** Tells the controller of every session, as a re-list does. */
  relist(): void;
  /** Resolves at the write after which `holds` is true; null stands for a session that is gone. */
  until(
    reference: SessionReference,
    holds: (session: McpSession | null) => boolean,
    signal: AbortSignal,
  ): Promise<void>;
}

interface Waiter {
  readonly key: string;
  readonly holds: (session: McpSession | null) => boolean;
  readonly resolve: () => void;
}

export function createMemorySessions(): MemorySessions {
  const sessions = new Map<string, McpSession>();
  const waiters = new Set<Waiter>();
  let tell: (key: string) => void = () => {};
  let version = 1;

  const changed = (key: string): void => {
    for (const waiter of waiters) {
      if (waiter.key !== key || !waiter.holds(sessions.get(key) ?? null)) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
    setImmediate(() => tell(key));
  };

  const write = (seen: McpSession, change: (now: McpSession) => McpSession): McpSession => {
    const key = sessionKeyOf(seen.meta);
    const now = sessions.get(key);
    if (now === undefined) throw new OperatorError('not-found', `there is no session ${key}`);
    if (now.meta.resourceVersion !== seen.meta.resourceVersion)
      throw new OperatorError('conflict', `${key} has changed`);
    version += 1;
    const after = change(now);
    const written = { ...after, meta: { ...after.meta, resourceVersion: String(version) } };
    const isGone = written.meta.deletionMs !== null && written.meta.finalizers.length === 0;
    if (isGone) sessions.delete(key);
    else sessions.set(key, written);
    changed(key);
    return written;
  };

  const cache: SessionCache = {
    async run(onChange, signal) {
      tell = onChange;
      await orAborted(new Promise<void>(() => {}), signal).catch(() => {}); // the end of the program
      tell = () => {};
    },
    isSynced: () => true,
    whenSynced: async () => {},
    cached: (reference) => sessions.get(sessionKeyOf(reference)) ?? null,
    all: () => sessions.values(),
    lastSeenMs: () => 0,
  };
  const store: SessionStore = {
    read: async (reference) => sessions.get(sessionKeyOf(reference)) ?? null,
    list: async () => [...sessions.values()],
    create: async () => Promise.reject(new OperatorError('internal', 'the controller creates no sessions')),
    delete: async () =>
      Promise.reject(new OperatorError('internal', 'no session of the bench lives long enough to be deleted')),
    writeStatus: async (session, status) => write(session, (now) => ({ ...now, status })),
    setTimeToLive: () => Promise.reject(new Error('nobody extends a session here')),
    async setFinalizer(session, present) {
      const finalizers = present ? [FINALIZER] : [];
      const written = write(session, (now) => ({ ...now, meta: { ...now.meta, finalizers } }));
      return sessions.has(sessionKeyOf(written.meta)) ? written : null;
    },
  };

  return {
    cache,
    store,
    put(session) {
      version += 1;
      const key = sessionKeyOf(session.meta);
      sessions.set(key, { ...session, meta: { ...session.meta, resourceVersion: String(version) } });
      tell(key);
    },
    relist() {
      for (const key of sessions.keys()) tell(key);
    },
    until(reference, holds, signal) {
      const arrived = Promise.withResolvers<void>();
      const waiter: Waiter = { key: sessionKeyOf(reference), holds, resolve: arrived.resolve };
      waiters.add(waiter);
      return orAborted(arrived.promise, signal).finally(() => waiters.delete(waiter));
    },
  };
}
