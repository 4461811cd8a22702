// The controller as a pure function: from what is seen to the next step and what people should see.
// Read it from top to bottom: the first guard that speaks decides. A crash in between is just another observation.

import type { ObservedContainer } from '../model/container.ts';
import { FINALIZER } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';
import { renderSummary } from '../rules/render.ts';
import { judgeSpec } from './judge-spec.ts';
import { afterContainer, onceNothingIsLeft, removeLeftover } from './attachments.ts';
import { drainedReport, hasBegun, isVacated } from './drain.ts';
import { deleteAtMs, endedMs, expiryMs } from './expiry.ts';
import { isNamedByUs, sortContainers } from './identity.ts';
import { nextForContainer } from './next-for-container.ts';
import { lastWord, nextForCreation } from './next-for-creation.ts';
import type { Failure, Observation } from './observation.ts';
import { act, type Decision, type Report, rest } from './step.ts';

/** SIGTERM to SIGKILL for sessions with a main program of their own; an idle session has nothing to save. */
const STOP_GRACE_SECONDS = 5;
/** How long until a look is repeated when the engine could not be asked. */
const ENGINE_RETRY_MS = 5_000;

/** The end of the last container that was left behind leads to a look as well. */
const LEFT_BEHIND_RETRY_MS = 500;

const SUSPENDED = {
  ending: 'the container is being removed; set spec.operatingMode to Running to start a new one',
  gone: 'the container is removed; set spec.operatingMode to Running to start a new one',
};
const HOLDING = 'the operator has suspended all sessions (policy suspendAll); the session starts again when that ends';
const HELD_BACK: typeof SUSPENDED = { ending: HOLDING, gone: HOLDING };

const NO_METADATA = { labels: {}, annotations: {} };

export function nextStep(seen: Observation): Decision {
  const { session, containers } = seen;
  if (containers === null) return engineUnseen(seen);
  if (session === null) return withoutSession(seen, containers);

  const { own, stale } = sortContainers({ session, containers, node: seen.node });
  const old = stale[0];
  if (old !== undefined) return act({ do: 'remove', containerId: old.id, confirm: true });
  const leftover = removeLeftover(seen);
  if (leftover !== null) return leftover;
  if (session.meta.deletionMs !== null) return whileDeleting(seen, session, own);
  if (!isAssignedHere(seen, session)) return elsewhere(seen, session, own);
  const refuse = (report: Report): Decision =>
    own === null
      ? onceNothingIsLeft(seen, session, rest(null, report))
      : act({ do: 'remove', containerId: own.id }, report);
  if (session.spec === null) return rest(null, rejection(session.problems)); // what runs was judged by whoever could read it
  const spec = session.spec;
  if (isFinished(session, spec, own)) return whileFinished(seen, session, own);
  const isOver = seen.nowMs >= expiryMs(session, spec);
  if (!hasBegun(session)) {
    const early = isOver || spec.operatingMode === 'Suspended' ? null : whileGivenUp(seen, session, spec, own);
    return early ?? act({ do: 'addFinalizer' });
  }

  if (seen.verdict !== null) return ended(own, spec, seen.verdict);
  if (isOver) {
    return ended(own, spec, { reason: 'SessionExpired', message: expiredText(spec), final: true });
  }
  if (spec.operatingMode === 'Suspended') return confirmed(whileSuspended(seen, session, own));
  const givenUp = whileGivenUp(seen, session, spec, own);
  if (givenUp !== null) return givenUp;
  if (isHeldBack(seen, own)) return whileSuspended(seen, session, own, HELD_BACK);
  // Metadata makes no part of the container: a key that was added to a running session is admission's business.
  const { labels, annotations } = own === null ? session.meta : NO_METADATA;
  const verdict = judgeSpec(spec, { labels, annotations, policy: seen.policy });
  const violations = own === null ? [...seen.namespaceProblems, ...verdict.violations] : verdict.violations;
  if (violations.length > 0) return refuse(rejection(violations));
  if (seen.leftBehind > 0 && own?.state !== 'running') return rest(LEFT_BEHIND_RETRY_MS);
  if (own !== null) return nextForContainer(seen, session, spec, own);
  return nextForCreation(seen, session, spec);
}

function engineUnseen(seen: Observation): Decision {
  const { session, lastFailure } = seen;
  const wakeAfterMs = lastFailure === null ? ENGINE_RETRY_MS : Math.max(lastFailure.retryAtMs - seen.nowMs, 0);
  if (session === null) return rest(wakeAfterMs);
  // What was said for good stays said: an engine that is away proves nothing about a session that is over.
  if (session.status.finishedAt !== undefined || lastWord(session) !== null) return rest(wakeAfterMs);
  const why = lastFailure?.message ?? 'the Docker Engine has not answered yet';
  return rest(wakeAfterMs, {
    reason: 'DockerUnavailable',
    message: `${why}; the session waits and is looked at again`,
  });
}

function withoutSession(seen: Observation, containers: readonly ObservedContainer[]): Decision {
  const orphan = containers.find(isNamedByUs);
  if (orphan !== undefined) return act({ do: 'remove', containerId: orphan.id });
  return removeLeftover(seen) ?? rest(null);
}

/** A stale copy goes. A workspace that persists stays: only that the session is gone is reason enough to lose it. */
function elsewhere(seen: Observation, session: McpSession, own: ObservedContainer | null): Decision {
  if (own !== null) return act({ do: 'remove', containerId: own.id, confirm: true });
  const wasHere = session.meta.finalizers.includes(FINALIZER);
  return wasHere ? onceNothingIsLeft(seen, session, rest(null)) : rest(null);
}

function whileDeleting(seen: Observation, session: McpSession, own: ObservedContainer | null): Decision {
  if (own !== null) return waitOr(seen, 'Deleting', endContainer(own, session.spec));
  const left = session.meta.finalizers.includes(FINALIZER) ? afterContainer(seen, session) : null;
  if (left !== null) return waitOr(seen, 'Deleting', left);
  if (session.meta.finalizers.includes(FINALIZER)) return act({ do: 'removeFinalizer' });
  return rest(null);
}

const ENDING: ReadonlySet<Failure['act']> = new Set([
  'stop',
  'remove',
  'lookAtAttachments',
  'removeNetwork',
  'removeWorkspace',
]);

/** After a failed stop or remove the next try waits for its time; the step itself is never skipped. */
function waitOr(seen: Observation, reason: 'Deleting', decision: Decision): Decision {
  const failure = seen.lastFailure;
  if (failure === null || !ENDING.has(failure.act)) return decision;
  if (seen.nowMs >= failure.retryAtMs) return decision;
  return rest(failure.retryAtMs - seen.nowMs, { reason, message: `${failure.message}; trying again` });
}

function isAssignedHere(seen: Observation, session: McpSession): boolean {
  return session.status.assignment?.nodeName === seen.node.nodeName;
}

/** Status says finished, and nothing contradicts it: a forged status never ends a running container. */
function isFinished(session: McpSession, spec: SessionSpec, own: ObservedContainer | null): boolean {
  return endedMs(session, spec) !== null && own?.state !== 'running' && own?.state !== 'paused';
}

function whileFinished(seen: Observation, session: McpSession, own: ObservedContainer | null): Decision {
  const spec = session.spec;
  if (spec === null) return rest(null);
  if (own !== null && seen.nowMs >= expiryMs(session, spec)) return act({ do: 'remove', containerId: own.id });
  const left = own === null ? afterContainer(seen, session) : null;
  if (left !== null) return left;
  const deleteAt = deleteAtMs(session, spec);
  if (deleteAt === null) return rest(null);
  if (seen.nowMs >= deleteAt) return act({ do: 'deleteSession' });
  return rest(Math.min(deleteAt, own === null ? deleteAt : expiryMs(session, spec)) - seen.nowMs);
}

/**
 * The node takes no part in the session any more, or not for now: its notice is over, or placement has yet to assign it anew. A
 * container that is there counts for more than what status says. Said before the container goes, so that nobody takes it for lost.
 */
function whileGivenUp(
  seen: Observation,
  session: McpSession,
  spec: SessionSpec,
  own: ObservedContainer | null,
): Decision | null {
  const untilExpiryMs = expiryMs(session, spec) - seen.nowMs;
  if (own === null && isVacated(session)) return onceGivenUp(seen, session, rest(untilExpiryMs));
  if (seen.drain === null || seen.nowMs < seen.drain.untilMs) return null;
  const { vacates, ...report } = drainedReport(session, spec, seen.node.nodeName);
  if (own !== null) return { ...endContainer(own, spec), report };
  return onceGivenUp(seen, session, rest(untilExpiryMs, vacates === true ? { ...report, vacates } : report));
}

/** While everything is suspended nothing new starts, and what runs goes unless policy keeps it. */
const isHeldBack = ({ suspension }: Observation, own: ObservedContainer | null): boolean =>
  suspension === 'stop' || (suspension === 'refuse' && own === null);

function whileSuspended(
  seen: Observation,
  session: McpSession,
  own: ObservedContainer | null,
  words = SUSPENDED,
): Decision {
  const spec = session.spec;
  // Said before the container goes: whoever resumes the session meanwhile must not find one that ended by itself, or was lost.
  if (own !== null) return { ...endContainer(own, spec), report: { reason: 'Suspended', message: words.ending } };
  const untilExpiry = spec === null ? null : expiryMs(session, spec) - seen.nowMs;
  // What a person suspended holds no room; what policy holds back goes on where it was.
  const vacates = spec?.operatingMode === 'Suspended' ? { vacates: true as const } : {};
  return onceGivenUp(seen, session, rest(untilExpiry, { reason: 'Suspended', message: words.gone, ...vacates }));
}

/** That the node has given the session up is said once nothing is left of it here but what persists. */
function onceGivenUp(seen: Observation, session: McpSession, decision: Decision): Decision {
  const first = afterContainer(seen, session);
  if (first === null || decision.report === null) return first ?? decision;
  const { vacates: _vacates, ...report } = decision.report;
  return { ...first, report };
}

/** Only the API server says so: it is asked again before anything ends. */
function confirmed(decision: Decision): Decision {
  const { step } = decision;
  return step.do === 'remove' || step.do === 'stop' ? { ...decision, step: { ...step, confirm: true } } : decision;
}

/** The session is over: say so first, then take the container away, so that a crash in between cannot turn it into a loss. */
function ended(own: ObservedContainer | null, spec: SessionSpec, report: Report): Decision {
  if (own === null) return rest(0, report);
  return { ...endContainer(own, spec), report };
}

/** One step towards no container: a grace for a program of the session's own, then force. */
export function endContainer(own: ObservedContainer, spec: SessionSpec | null): Decision {
  const hasProgram = spec !== null && spec.command.length > 0;
  if (hasProgram && own.state === 'running') {
    return act({ do: 'stop', containerId: own.id, graceSeconds: STOP_GRACE_SECONDS });
  }
  return act({ do: 'remove', containerId: own.id });
}

export function rejection(violations: readonly Violation[]): Report {
  return { reason: 'PolicyRejected', message: renderSummary(violations) };
}

const expiredText = (spec: SessionSpec): string =>
  `lifetime.ttlSeconds (${spec.lifetime.ttlSeconds}) is over; create a new session, or ask for a longer lifetime`;
