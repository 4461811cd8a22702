// When a session ends by itself. All of it follows from the spec, the creation time and what the node has kept, in cluster time,
// so a restarted controller agrees with its predecessor (security.md I16: status never drives destruction).

import { conditionOf, FINISHED_REASONS, type ReadyReason } from '../model/conditions.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';

/** Milliseconds since the epoch at which lifetime.ttlSeconds ends the session; counts from the API server's creation time. */
export function expiryMs(session: McpSession, spec: SessionSpec): number {
  return session.meta.creationMs + spec.lifetime.ttlSeconds * 1000;
}

/**
 * Milliseconds since the epoch at which the session has been idle for too long; null when it has no idle limit or has not started.
 * A controller that finds nothing kept gives the session its full idle time again, since it cannot know what it missed.
 */
export function idleDeadlineMs(input: {
  readonly spec: SessionSpec;
  readonly runningSinceMs: number | null;
  readonly lastActivityMs: number | null;
}): number | null {
  const { spec, runningSinceMs, lastActivityMs } = input;
  if (spec.lifetime.idleTimeoutSeconds === 0 || runningSinceMs === null) return null;
  return Math.max(runningSinceMs, lastActivityMs ?? 0) + spec.lifetime.idleTimeoutSeconds * 1000;
}

/**
 * Milliseconds since the epoch at which the session ended; null for one that goes on. Only a status that a controller can have written
 * counts: it says time and word in one write, and the word is an end that this session can have. No end is before its beginning.
 */
export function endedMs({ meta, status }: McpSession, spec: SessionSpec): number | null {
  const finished = conditionOf(status.conditions, 'Finished');
  if (status.finishedAt === undefined || finished?.status !== 'True') return null;
  const atMs = Date.parse(status.finishedAt);
  if (Number.isNaN(atMs) || !canEndWith(spec, finished.reason)) return null;
  return Math.max(atMs, meta.creationMs);
}

/** Whatever ends its container, a session with failurePolicy Recreate goes on until its time is over. */
function canEndWith({ failurePolicy }: SessionSpec, reason: string): boolean {
  if (reason === 'SessionExpired') return true;
  return failurePolicy === 'Retain' && FINISHED_REASONS.has(reason as ReadyReason); // any text may be asked for
}

/** Milliseconds since the epoch at which a finished session is deleted; null while it has not finished. */
export function deleteAtMs(session: McpSession, spec: SessionSpec): number | null {
  const atMs = endedMs(session, spec);
  return atMs === null ? null : atMs + spec.lifetime.ttlSecondsAfterFinished * 1000;
}

/** Milliseconds since the epoch until which the container has to run. */
export function startupDeadlineMs(seen: { readonly wantedSinceMs: number }, spec: SessionSpec): number {
  return seen.wantedSinceMs + spec.lifetime.startupDeadlineSeconds * 1000;
}
