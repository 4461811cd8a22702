// One pass over one session: observe, decide, report, act. At most one engine mutation, then look again.

import { asOperatorError, isFault, OperatorError } from '../lib/errors.ts';
import { sameJson } from '../lib/same-json.ts';
import type { NodeFacts, ObservedContainer } from '../model/container.ts';
import { parseSessionKey, sessionKeyOf } from '../model/names.ts';
import type { IsolationControl, McpSession } from '../model/session.ts';
import { eventsFor } from '../plan/events.ts';
import { nextStatus } from '../plan/next-status.ts';
import { nextStep } from '../plan/next-step.ts';
import type { ContainersSeen, Observation } from '../plan/observation.ts';
import { type Decision, needsConfirmation, rest, type Step } from '../plan/step.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerAccess } from '../ports/container-access.ts';
import type { Namespaces, Policies } from '../ports/policies.ts';
import type { SessionCache } from '../ports/sessions.ts';
import type { GrantBook } from './grants.ts';
import type { LeftBehind } from './left-behind.ts';
import { keepEnding, keepVerdict } from './lifetime.ts';
import type { Lanes } from './lanes.ts';
import { perform, type PerformDependencies, type Target } from './perform.ts';
import { failed, observe, ownOf } from './observe.ts';
import { failingAct, laneOf } from './step-kinds.ts';
import type { SessionMemories, SessionMemory } from './session-memory.ts';

export interface ReconcileDependencies extends PerformDependencies {
  readonly cache: SessionCache;
  readonly memories: SessionMemories;
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly random: () => number;
  /** Throws when the node may not be ours any more; asked before everything that changes something. */
  readonly requireOurs: () => void;
  readonly policies: Policies;
  readonly namespaces: Namespaces;
  readonly wayInto: ContainerAccess['wayInto'];
  /** A container that was just verified; and a session that is gone for good, told once or more. */
  readonly onRunning: (session: McpSession, container: ObservedContainer) => void;
  readonly onReleased: (sessionUid: string) => void;
  /** What this node has granted, kept across restarts. */
  readonly grants: GrantBook;
  /** A container was removed that no session stands behind any more. */
  readonly onOrphanRemoved?: (container: ObservedContainer) => void;
  readonly node: () => NodeFacts;
  /** The drain of the node, and what a controller before us left running here (controller/left-behind.ts). */
  readonly drain: () => Observation['drain'];
  readonly leftBehind: Pick<LeftBehind, 'count' | 'settled'>;
  readonly onStep?: (step: Step['do'], outcome: 'ok' | 'error') => void;
  /** The controls of a container that was just reported on for the first time. */
  readonly onProof?: (controls: readonly IsolationControl[]) => void;
}

/** After these the watch tells of the effect; until then there is nothing to do that would not repeat them. */
const ECHO_WAIT_MS = 30_000;
/** Whoever waits for his turn or for a pull is called; until then his deadlines are looked at now and then. */
const CALLED_WAIT_MS = 5_000;

/** For a watch that has yet to tell what a live read has shown. */
const BEHIND_WAIT_MS = 1_000;

interface PassResult {
  readonly requeueAfterMs: number | null;
  /** The next pass follows at once, or the key is in line: its place stays. */
  readonly keepsPlace?: boolean;
}

/** Rejects with OperatorError for faults of the API server, which the queue retries; engine faults become part of what is seen. */
export async function reconcile(
  deps: ReconcileDependencies,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly requeueAfterMs: number | null }> {
  let keepsPlace = false;
  try {
    const result = await pass(deps, key, signal);
    keepsPlace = result.keepsPlace ?? false;
    return result;
  } catch (thrown) {
    if (isFault(thrown, 'conflict')) await lookAtTruth(deps, key, signal);
    throw thrown;
  } finally {
    if (!keepsPlace) deps.lanes.leave(key);
  }
}

/** A refused write proves that the cache is old; a watch that fell silent would keep it so for a minute. What fails here is found at the retry. */
async function lookAtTruth(deps: ReconcileDependencies, key: string, signal: AbortSignal): Promise<void> {
  const live = await deps.store.read(parseSessionKey(key), signal).catch(() => null);
  if (live !== null) deps.written(live);
}

/** The cache first; what it does not hold is asked for, because leaving the filter is not the same as being gone. */
async function pass(deps: ReconcileDependencies, key: string, signal: AbortSignal): Promise<PassResult> {
  const reference = parseSessionKey(key);
  const cached = deps.cache.cached(reference);
  if (cached !== null) {
    const result = await lookAt(deps, { key, session: cached, isLive: false }, signal);
    if (result !== 'unconfirmed') return result;
  }
  const session = await deps.store.read(reference, signal);
  if (session !== null) deps.written(session);
  const result = await lookAt(deps, { key, session, isLive: true }, signal);
  if (result === 'unconfirmed')
    throw new OperatorError('internal', 'what the API server just said needs no confirmation');
  // A cache that stays behind would have the same look asked for again at once.
  const isBehind = cached !== null && deps.cache.cached(reference)?.meta.uid !== session?.meta.uid;
  return isBehind ? { ...result, requeueAfterMs: Math.max(result.requeueAfterMs ?? 0, BEHIND_WAIT_MS) } : result;
}

/** "unconfirmed": nothing was done, because only a cache speaks for what should be done. */
async function lookAt(
  deps: ReconcileDependencies,
  { key, session, isLive }: { readonly key: string; readonly session: McpSession | null; readonly isLive: boolean },
  signal: AbortSignal,
): Promise<PassResult | 'unconfirmed'> {
  const memory = deps.memories.of(key, session?.meta.uid ?? '');
  const seen = await observe(deps, { key, session, memory }, signal);
  const decision = memory.unsaid === null ? nextStep(seen) : rest(0, memory.unsaid);
  memory.isCurrent ||= isLive;
  if (needsWord(decision.step, memory) && !isLive) return 'unconfirmed';
  remember(deps, memory, seen, decision);
  const current = await report(deps, { seen, decision, memory }, signal);
  await keepVerdict(deps.grants, seen, decision);
  await keepEnding(deps.grants, seen, decision);
  const step = decision.step;
  if (step.do === 'rest') deps.leftBehind.settled(key); // nothing under this name has to go
  if (step.do === 'rest') return settle(deps, { key, session, memory }, step.wakeAfterMs, current !== session);

  if (isOnFinalizer(step) && memory.released) return { requeueAfterMs: ECHO_WAIT_MS };
  const waitMs = backoffMs(memory, step, seen.nowMs);
  if (waitMs > 0) return { requeueAfterMs: waitMs };
  const lane = laneOf(step);
  if (lane !== null && !deps.lanes.enter(key, lane)) return { requeueAfterMs: CALLED_WAIT_MS, keepsPlace: true };
  const outcome = await tryStep(deps, step, { key, session: current, memory, containers: seen.containers }, signal);
  if (outcome === 'waits') return { requeueAfterMs: CALLED_WAIT_MS };
  const echoed = (isOnFinalizer(step) && memory.released) || step.do === 'deleteSession';
  return { requeueAfterMs: echoed ? ECHO_WAIT_MS : 0, keepsPlace: outcome === 'done' && isBeforeStart(step) };
}

/**
 * Whether the API server itself has to speak for the session first. A view from before a restart may not know that a container ran and was
 * lost: making another would begin anew what failurePolicy Retain has ended.
 */
const needsWord = (step: Step, { isCurrent }: SessionMemory): boolean =>
  needsConfirmation(step) || (step.do === 'create' && !isCurrent);

const isOnFinalizer = (step: Step): boolean => step.do === 'addFinalizer' || step.do === 'removeFinalizer';

/** A session that was begun is finished before the next one is begun: the first of many runs early. */
const isBeforeStart = (step: Step): boolean => BEFORE_START.has(step.do);
const BEFORE_START: ReadonlySet<Step['do']> = new Set(['lookAtInit', 'createNetwork', 'prepareWorkspace', 'create']);

/** What failed is not tried again before its time, whoever asks for a look. */
function backoffMs({ lastFailure }: SessionMemory, step: Step, nowMs: number): number {
  if (lastFailure === null || lastFailure.act !== failingAct(step)) return 0;
  return Math.max(lastFailure.retryAtMs - nowMs, 0);
}

/**
 * Writes the status when it says something new; returns the session as it is now. A container that has to go does not wait
 * for an API server that is away: the verdict is kept and written later.
 */
async function report(
  deps: ReconcileDependencies,
  pass: { readonly seen: Observation; readonly decision: Decision; readonly memory: SessionMemory },
  signal: AbortSignal,
): Promise<McpSession | null> {
  const { seen, decision, memory } = pass;
  const { session } = seen;
  const status = nextStatus(seen, decision);
  if (session === null || status === null || sameJson(status, session.status)) {
    memory.unsaid = null;
    return session;
  }
  deps.requireOurs();
  try {
    // What people are told was granted is on the node's disk by then.
    if (status.grantedExpiry !== session.status.grantedExpiry) await deps.grants.settled();
    const written = await deps.store.writeStatus(session, status, signal);
    memory.unsaid = null;
    memory.isCurrent = true;
    deps.written(written);
    tell(deps, session, status);
    return written;
  } catch (thrown) {
    const error = asOperatorError(thrown);
    const ends = decision.step.do === 'remove' || decision.step.do === 'stop';
    if (!ends || (error.kind !== 'unavailable' && error.kind !== 'timeout')) throw error;
    deps.log.warn('status not written', { session: sessionKeyOf(session.meta), error: error.message });
    memory.unsaid = decision.report;
    return session;
  }
}

function tell(deps: ReconcileDependencies, session: McpSession, status: McpSession['status']): void {
  for (const event of eventsFor(session, status)) deps.events.record(session, event);
  const proof = status.isolation;
  if (proof !== undefined && proof.digest !== session.status.isolation?.digest) deps.onProof?.(proof.controls);
}

/** What the node API may run commands in: the container that this process has just compared, and no other. */
function remember(deps: ReconcileDependencies, memory: SessionMemory, seen: Observation, decision: Decision): void {
  const own = decision.report?.reason === 'Running' ? ownOf(seen) : null;
  const isNew = own !== null && own.id !== memory.verifiedContainerId;
  memory.verifiedContainerId = own?.id ?? null;
  memory.nameTakenBy = null; // tried again
  if (isNew && seen.session !== null) deps.onRunning(seen.session, own);
}

function settle(
  deps: ReconcileDependencies,
  target: Target,
  wakeAfterMs: number | null,
  wrote: boolean,
): { readonly requeueAfterMs: number | null } {
  if (target.session === null) {
    if (target.memory.uid !== '') deps.onReleased(target.memory.uid); // else it was never seen
    deps.grants.forget(target.memory.uid);
    deps.memories.forget(target.key);
  }
  // A verdict that was just written (for example an end) can ask for a next step at once.
  return { requeueAfterMs: wrote ? Math.min(wakeAfterMs ?? 0, 0) : wakeAfterMs };
}

/** Of a session that is gone, or of one that had the name before. */
function tellOrphan(deps: ReconcileDependencies, containerId: string, target: SeenTarget): void {
  const orphan = target.containers?.find(({ id }) => id === containerId);
  if (orphan === undefined || orphan.spec.identity.uid === target.session?.meta.uid) return;
  const { uid } = orphan.spec.identity;
  deps.log.warn('orphan removed', { session: target.key, uid, container: containerId.slice(0, 12) });
  deps.onOrphanRemoved?.(orphan);
}

interface SeenTarget extends Target {
  readonly containers: ContainersSeen;
}

async function tryStep(
  deps: ReconcileDependencies,
  step: Step,
  target: SeenTarget,
  signal: AbortSignal,
): Promise<'done' | 'waits' | 'failed'> {
  const act = failingAct(step);
  const { memory } = target;
  deps.requireOurs();
  try {
    if (step.do === 'start') await deps.grants.settled(); // nothing runs that a restart would not know the end of
    const outcome = await perform(deps, step, target, signal);
    if (outcome === 'waits') return outcome;
    deps.log.info('step', { session: target.key, step: step.do });
    if (act !== null && memory.lastFailure?.act === act) memory.lastFailure = null;
    deps.onStep?.(step.do, 'ok');
    if (step.do === 'remove') tellOrphan(deps, step.containerId, target);
    return outcome;
  } catch (thrown) {
    const error = asOperatorError(thrown);
    deps.onStep?.(step.do, 'error');
    if (act === null || error.kind === 'cancelled') throw error;
    memory.lastFailure = failed(deps, memory, act, error);
    deps.log.warn('step failed', { session: target.key, step: step.do, kind: error.kind, error: error.message });
    return 'failed';
  }
}
