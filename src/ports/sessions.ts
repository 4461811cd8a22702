// McpSession objects: a synced cache to look at, and the writes that the programs make.

import type { EventReason } from '../model/conditions.ts';
import type { McpSession, SessionStatus } from '../model/session.ts';
import type { SessionSpecInput } from '../model/session-spec.ts';

export interface SessionReference {
  readonly namespace: string;
  readonly name: string;
}

/**
 * A watched set of sessions. "Unknown is not absent": before `synced`, `get` throws `unavailable`; an object that left the
 * filter is asked for at the API server before anybody concludes that it is gone.
 */
export interface SessionCache {
  /**
   * Runs until `signal` aborts. `onChange` gets the key of everything that appeared, changed, left or was re-listed. A run that
   * follows another knows nothing until its own first list: ask `whenSynced` after calling this.
   */
  run(onChange: (key: string) => void, signal: AbortSignal): Promise<void>;
  isSynced(): boolean;
  whenSynced(signal: AbortSignal): Promise<void>;
  cached(reference: SessionReference): McpSession | null;
  all(): Iterable<McpSession>;
  /** Milliseconds (monotonic) since the last event, bookmark or list: how stale the view may be. */
  lastSeenMs(): number;
}

/** "live" asks etcd; "recent" what the API server remembers, which is good for a yes that somebody else checks again, never for a no. */
export type ReadAge = 'live' | 'recent';

/** All writes reject with OperatorError: `conflict` (look again), `not-found`, `invalid` (admission; message as kubectl shows it), `forbidden`, `unavailable`. */
export interface SessionStore {
  /** Null only when the API server says that it does not exist. "recent" may be a moment old, and costs a third. */
  read(reference: SessionReference, signal: AbortSignal, age?: ReadAge): Promise<McpSession | null>;
  list(namespace: string, signal: AbortSignal): Promise<readonly McpSession[]>;
  create(
    request: SessionReference & {
      readonly spec: SessionSpecInput;
      readonly annotations: Readonly<Record<string, string>>;
      readonly dryRun: boolean;
    },
    signal: AbortSignal,
  ): Promise<{ readonly session: McpSession; readonly warnings: readonly string[] }>;
  /** Deletes exactly this incarnation (UID precondition); success also when it is gone. */
  delete(session: SessionReference & { readonly uid: string }, signal: AbortSignal): Promise<void>;
  /** PUT of the whole status with the resourceVersion that was seen. */
  writeStatus(session: McpSession, status: SessionStatus, signal: AbortSignal): Promise<McpSession>;
  /** Sets lifetime.ttlSeconds of exactly what was seen; admission judges it. */
  setTimeToLive(session: McpSession, ttlSeconds: number, signal: AbortSignal): Promise<McpSession>;
  setFinalizer(session: McpSession, present: boolean, signal: AbortSignal): Promise<McpSession | null>;
}

export interface SessionEvents {
  /** Best effort: a lost event never fails a reconcile. Repeats of the same event are counted, not multiplied. */
  record(session: McpSession, event: { readonly reason: EventReason; readonly message: string }): void;
}
