// I7 at an instant: a program took away a container that had not ended, of a session that nobody had ended either. A second container
// that follows hides this at rest, and the allowance for crashes hides it in the counts.

import type { Effect } from '../proxy/director.ts';
import type { ContainerLife } from '../rig/observer.ts';
import { conditionOf } from './conditions.ts';

export interface Victims {
  readonly containers: Iterable<ContainerLife>;
  readonly effects: readonly Pick<Effect, 'api' | 'kind' | 'object' | 'atMs' | 'session'>[];
  /** Short names of sessions whose containers the workload has ended by other means than their objects. */
  readonly mayEnd: readonly string[];
  /** What to add to performance.now() to get the time of day. */
  readonly epochMs: number;
}

const ENDS: ReadonlySet<string> = new Set(['remove', 'stop', 'kill']);
/** Of Ready while a session is on its way or runs; before anything else is removed, its reason is said. */
const IN_LIFE: ReadonlySet<string> = new Set(['Assigned', 'PullingImage', 'Starting', 'VerifyingIsolation', 'Running']);
const NODE = 'mcpsession.dev/node';

export function wrongVictims({ containers, effects, mayEnd, epochMs }: Victims): readonly string[] {
  const asked = new Map<string, { readonly atMs: number; readonly session: string | null }>();
  for (const { api, kind, object, atMs, session } of effects) {
    const id = object.containerId;
    if (api === 'docker' && ENDS.has(kind) && id !== undefined && !asked.has(id)) asked.set(id, { atMs, session });
  }
  return [...containers].flatMap((container) => {
    const ask = asked.get(container.id);
    if (ask === undefined || ask.session === null || mayEnd.includes(ask.session)) return [];
    const endedBefore = container.diedAtMs !== null && container.diedAtMs < ask.atMs + epochMs;
    if (endedBefore || !isInLife(container)) return [];
    return [`I7 container ${container.id.slice(0, 12)} of session ${ask.session} was removed, and nobody had ended it`];
  });
}

/** By what the API server had of the session at the instant when the container went. */
function isInLife({ generation, labels, whenGone }: ContainerLife): boolean {
  if (whenGone === null) return false;
  const { session, atMs } = whenGone;
  const { metadata, spec, status } = session;
  if (metadata.deletionTimestamp !== undefined || spec['operatingMode'] === 'Suspended') return false;
  if (status?.finishedAt !== undefined) return false;
  const { nodeName, instanceGeneration } = status?.assignment ?? {};
  if (nodeName !== labels[NODE] || String(instanceGeneration) !== generation) return false;
  const { ttlSeconds } = (spec['lifetime'] ?? {}) as { readonly ttlSeconds?: number }; // defaulted by the API server
  if (ttlSeconds !== undefined && Date.parse(metadata.creationTimestamp) + ttlSeconds * 1_000 <= atMs) return false;
  return IN_LIFE.has(conditionOf(session, 'Ready')?.reason ?? '');
}
