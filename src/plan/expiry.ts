// When a session ends by itself. All of it follows from the spec, the creation time and what the node has kept, in cluster time,
// so a restarted controller agrees with its predecessor (security.md I16: status never drives destruction).

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

/** Milliseconds since the epoch at which a finished session is deleted; null while it has not finished. */
export function deleteAtMs(session: McpSession, spec: SessionSpec): number | null {
  const finishedAt = session.status.finishedAt;
  return finishedAt === undefined ? null : Date.parse(finishedAt) + spec.lifetime.ttlSecondsAfterFinished * 1000;
}

/** Milliseconds since the epoch until which the container has to run. */
export function startupDeadlineMs(seen: { readonly wantedSinceMs: number }, spec: SessionSpec): number {
  return seen.wantedSinceMs + spec.lifetime.startupDeadlineSeconds * 1000;
}
