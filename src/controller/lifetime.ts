// What one look has to know about time: from the session, the book of grants and what this process remembers. Every look writes
// what it grants into the book, before anything is promised.

import type { ObservedContainer } from '../model/container.ts';
import { conditionOf, type ReadyReason } from '../model/conditions.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { isVacated } from '../plan/drain.ts';
import { endedMs, expiryMs } from '../plan/expiry.ts';
import { nextGrant } from '../plan/grant.ts';
import type { Observation } from '../plan/observation.ts';
import type { Decision } from '../plan/step.ts';
import type { GrantBook } from './grants.ts';
import type { SessionMemory } from './session-memory.ts';

type LifetimeSeen = Pick<
  Observation,
  'lastActivityMs' | 'runningSinceMs' | 'exitedSinceMs' | 'wantedSinceMs' | 'attemptSeen' | 'endedByUs' | 'verdict'
>;

interface Look extends Pick<Observation, 'session' | 'containers' | 'isHeld' | 'nowMs' | 'suspension' | 'node'> {
  readonly grants: GrantBook;
  readonly memory: SessionMemory;
  readonly own: ObservedContainer | null;
}

export function lookAtLifetime(look: Look): LifetimeSeen {
  const { grants, memory, session, own, nowMs } = look;
  const uid = session?.meta.uid ?? '';
  noteActivityKept(look);
  noteExit(memory, own, nowMs);
  if (session !== null) keepGrant(look, session);
  const grant = grants.of(uid);
  return {
    lastActivityMs: memory.commands > 0 ? nowMs : memory.lastActivityMs,
    runningSinceMs: grant?.running != null && grant.running.containerId === own?.id ? grant.running.sinceMs : null,
    exitedSinceMs: memory.exit?.sinceMs ?? nowMs,
    wantedSinceMs: grant?.wantedSinceMs ?? nowMs,
    attemptSeen: grant?.attempt ?? 0,
    endedByUs: grant?.stopped ?? null,
    verdict: grant?.ended == null ? null : { reason: 'SessionExpired', message: grant.ended, final: true },
  };
}

/**
 * The end of a session is written down before its container goes, so that nothing that comes later brings the session back.
 * Resolves when it is on the disk, or cannot be.
 */
export async function keepVerdict(
  grants: GrantBook,
  { session }: Pick<Observation, 'session'>,
  { report }: Pick<Decision, 'report'>,
): Promise<void> {
  if (session === null || report?.final !== true || report.reason !== 'SessionExpired') return;
  const before = grants.of(session.meta.uid);
  if (before === null || before.ended !== null) return;
  grants.put({ ...before, ended: report.message });
  await grants.settled();
}

/** Words after which the session can go on with another container. */
const RESUMABLE: ReadonlySet<ReadyReason> = new Set<ReadyReason>(['Suspended', 'NodeLost', 'PolicyRejected']);

/**
 * Written down before the engine is told, so that whoever finds the container ended or gone knows who did it, even if the API server
 * could not be told. Resolves as `keepVerdict` does.
 */
export async function keepEnding(
  grants: GrantBook,
  { session }: Pick<Observation, 'session'>,
  { step, report }: Decision,
): Promise<void> {
  if (session === null || report === null || report.final === true || !RESUMABLE.has(report.reason)) return;
  if (step.do !== 'stop' && step.do !== 'remove') return;
  const before = grants.of(session.meta.uid);
  if (before === null || before.stopped === step.containerId) return;
  grants.put({ ...before, stopped: step.containerId });
  await grants.settled();
}

/** What was going on when the last process ended may have gone on until now. */
function noteActivityKept({ grants, memory, session, nowMs }: Look): void {
  if (memory.isMet || session === null) return;
  memory.isMet = true;
  const kept = grants.of(session.meta.uid);
  const atMs = kept?.busy === true ? nowMs : (kept?.lastActivityMs ?? null);
  if (atMs !== null) memory.lastActivityMs = Math.max(atMs, memory.lastActivityMs ?? 0);
}

function noteExit(memory: SessionMemory, own: ObservedContainer | null, nowMs: number): void {
  if (own === null || (own.state !== 'exited' && own.state !== 'dead')) memory.exit = null;
  else if (memory.exit?.containerId !== own.id) memory.exit = { containerId: own.id, sinceMs: nowMs };
}

function keepGrant(look: Look, session: McpSession): void {
  const { grants, memory, own, containers, nowMs } = look;
  const { spec, meta, status } = session;
  const before = grants.of(meta.uid);
  if (containers === null) {
    // Nothing is known about a container; what was promised about the end can still have changed.
    if (before === null || spec === null) return;
    const { idleTimeoutSeconds } = spec.lifetime;
    grants.put({ ...before, expiryMs: expiryMs(session, spec), idleTimeoutSeconds, wantedSinceMs: null });
    return;
  }
  const isOver = meta.deletionMs !== null || spec === null || endedMs(session, spec) !== null;
  const isOurs = status.assignment?.nodeName === look.node.nodeName;
  if (own === null && (isOver || !isOurs)) return grants.forget(meta.uid);
  if (spec === null || !isOurs) return;
  const activity = { lastActivityMs: memory.lastActivityMs, busy: memory.commands > 0 };
  const wantedSinceMs = wantsContainer(look, session, spec)
    ? (before?.wantedSinceMs ?? firstWanted(look, session))
    : null;
  grants.put(nextGrant({ before, session, spec, own, activity, wantedSinceMs, nowMs }));
}

/** The startup deadline counts while a container is missing or held, and nothing but the session's own start keeps it so. */
function wantsContainer({ own, isHeld, suspension }: Look, session: McpSession, spec: SessionSpec): boolean {
  if (spec.operatingMode !== 'Running' || (own === null && isVacated(session))) return false;
  if (own === null) return suspension === 'none';
  return own.state === 'created' || isHeld === true;
}

/** A session that never had a container waits since its assignment, also while no controller was there; any other one since now. */
function firstWanted({ grants, nowMs }: Look, session: McpSession): number {
  const { meta, status } = session;
  const isNew = meta.generation === 1 && status.container === undefined && status.restartCount === undefined;
  const wasSuspended = conditionOf(status.conditions, 'Ready')?.reason === 'Suspended';
  if (!isNew || wasSuspended || grants.of(meta.uid) !== null) return nowMs;
  const assignedMs = Date.parse(status.assignment?.assignedAt ?? '');
  return Number.isNaN(assignedMs) ? nowMs : Math.min(Math.max(assignedMs, meta.creationMs), nowMs);
}
