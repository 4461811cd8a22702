// What a node has granted one session, as the node keeps it: made from what is seen, and judged without the API server.

import type { SessionGrant } from '../model/node-state.ts';
import type { ObservedContainer } from '../model/container.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { isoTime } from '../lib/iso-time.ts';
import { expiryMs } from './expiry.ts';

/** The grant after a look at a session of this node. `before`: what was kept until now. */
export function nextGrant(input: {
  readonly before: SessionGrant | null;
  readonly session: McpSession;
  readonly spec: SessionSpec;
  readonly own: ObservedContainer | null;
  readonly activity: Pick<SessionGrant, 'lastActivityMs' | 'busy'>;
  readonly wantedSinceMs: number | null;
  readonly nowMs: number;
}): SessionGrant {
  const { before, session, spec, own, activity, wantedSinceMs, nowMs } = input;
  const { uid, namespace, name } = session.meta;
  return {
    uid,
    namespace,
    name,
    expiryMs: expiryMs(session, spec),
    idleTimeoutSeconds: spec.lifetime.idleTimeoutSeconds,
    running: runningSince(before, own, nowMs),
    lastActivityMs: activity.lastActivityMs,
    busy: activity.busy,
    wantedSinceMs,
    instanceGeneration: session.status.assignment?.instanceGeneration ?? 1,
    attempt: Math.max(before?.attempt ?? 0, own?.spec.identity.attempt ?? 0),
    stopped: before !== null && (own === null || own.id === before.stopped) ? before.stopped : null,
    ended: before?.ended ?? null,
  };
}

/** By our own clock: the engine tells its start times by the clock of the node, which anybody may set. */
function runningSince(
  before: SessionGrant | null,
  own: ObservedContainer | null,
  nowMs: number,
): SessionGrant['running'] {
  if (own === null || (own.state !== 'running' && own.state !== 'paused')) return null;
  return before?.running?.containerId === own.id ? before.running : { containerId: own.id, sinceMs: nowMs };
}

/** Whether two grants differ in more than activity: then the newer one has to be on the disk before anything rests on it. */
export function promisesDiffer(left: SessionGrant, right: SessionGrant): boolean {
  return (
    left.uid !== right.uid ||
    left.expiryMs !== right.expiryMs ||
    left.idleTimeoutSeconds !== right.idleTimeoutSeconds ||
    left.running?.containerId !== right.running?.containerId ||
    left.wantedSinceMs !== right.wantedSinceMs ||
    left.instanceGeneration !== right.instanceGeneration ||
    left.attempt !== right.attempt ||
    left.stopped !== right.stopped ||
    left.ended !== right.ended
  );
}

export interface GrantEnd {
  readonly atMs: number;
  readonly by: 'ttl' | 'idle';
}

/** When the grant ends by itself. While something is going on in the session it is not idle, whatever the kept time says. */
export function endOfGrant(grant: SessionGrant): GrantEnd {
  const ttl: GrantEnd = { atMs: grant.expiryMs, by: 'ttl' };
  if (grant.idleTimeoutSeconds === 0 || grant.running === null || grant.busy) return ttl;
  const quietSinceMs = Math.max(grant.running.sinceMs, grant.lastActivityMs ?? 0);
  const idleAtMs = quietSinceMs + grant.idleTimeoutSeconds * 1000;
  return idleAtMs < ttl.atMs ? { atMs: idleAtMs, by: 'idle' } : ttl;
}

/** What people read when the node ended a session without the API server. */
export function endedText(grant: SessionGrant, end: GrantEnd): string {
  const why =
    end.by === 'ttl'
      ? `the granted time was over at ${isoTime(end.atMs)}`
      : `no command for lifetime.idleTimeoutSeconds (${grant.idleTimeoutSeconds})`;
  return `${why}; the node ended the session while the API server was away. Create a new session, or ask for a longer lifetime`;
}
