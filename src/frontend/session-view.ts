// A session as the tools show it: state, expiry, and a summary of the spec that holds names of variables but never a value. Pure.

import { isoTime } from '../lib/iso-time.ts';
import { conditionOf } from '../model/conditions.ts';
import type { McpSession } from '../model/session.ts';

/** The reason of the Ready condition: the one word that all surfaces call "state". */
export function stateOf(session: McpSession): string {
  if (session.meta.deletionMs !== null) return 'Deleting';
  return conditionOf(session.status.conditions, 'Ready')?.reason ?? 'Pending';
}

export function isReady(session: McpSession): boolean {
  return session.meta.deletionMs === null && conditionOf(session.status.conditions, 'Ready')?.status === 'True';
}

/** Why the session will not run (again) unless somebody acts; null while it runs or may still come up. */
export function dead(
  session: McpSession,
): { readonly reason: string; readonly message: string; readonly finished: boolean } | null {
  if (session.meta.deletionMs !== null) return { reason: 'Deleting', message: 'it is being deleted', finished: true };
  const finished = conditionOf(session.status.conditions, 'Finished');
  if (finished?.status === 'True') return { reason: finished.reason, message: finished.message, finished: true };
  const stalled = conditionOf(session.status.conditions, 'Stalled');
  if (stalled?.status === 'True') return { reason: stalled.reason, message: stalled.message, finished: false };
  return null;
}

/** RFC 3339; null when neither status nor spec says it. */
export function expiresAt(session: McpSession): string | null {
  if (session.status.grantedExpiry !== undefined) return session.status.grantedExpiry;
  if (session.spec === null) return null;
  return isoTime(session.meta.creationMs + session.spec.lifetime.ttlSeconds * 1000);
}

/** "41m left", "2h 5m left", "expired". */
export function timeLeft(expiry: string | null, nowMs: number): string {
  if (expiry === null) return 'no expiry known';
  const seconds = Math.floor((Date.parse(expiry) - nowMs) / 1000);
  if (seconds <= 0) return 'expired';
  if (seconds < 60) return `${seconds}s left`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m left` : `${Math.floor(minutes / 60)}h ${minutes % 60}m left`;
}

/** Steps of a start, as progress shows them: rises until the session is verified. */
export const START_STAGES = ['admitted', 'assigned', 'pulling', 'starting', 'verified'] as const;

/** How many of START_STAGES are reached: 1 to 5. */
export function stageOf(session: McpSession): number {
  if (isReady(session)) return 5;
  const reason = conditionOf(session.status.conditions, 'Ready')?.reason;
  if (reason === 'Starting' || reason === 'VerifyingIsolation' || session.status.container !== undefined) return 4;
  if (reason === 'PullingImage' || conditionOf(session.status.conditions, 'ImageReady')?.status === 'True') return 3;
  return session.status.assignment === undefined ? 1 : 2;
}

export interface SessionLimits {
  readonly cpu: string;
  readonly memory: string;
  readonly pids: number;
  readonly cpu_time_seconds: number;
}

/** What the session may use; null when the stored object does not fit the schema. */
export function limitsOf(session: McpSession): SessionLimits | null {
  if (session.spec === null) return null;
  const { cpu, memory, pids, cpuTimeSeconds } = session.spec.resources;
  return { cpu, memory, pids, cpu_time_seconds: cpuTimeSeconds };
}

/** "/workspace (256Mi), /tmp (100Mi)". */
export function writablePaths(session: McpSession): string {
  if (session.spec === null) return 'unknown';
  const mounts = session.spec.tmpfs.map(({ path, sizeLimit }) => `${path} (${sizeLimit})`);
  return [`/workspace (${session.spec.workspace.sizeLimit})`, ...mounts].join(', ');
}
