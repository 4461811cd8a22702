// One pass over one session: observe, decide, report, act. At most one engine mutation, then look again.

import { asOperatorError } from '../lib/errors.ts';
import { sameJson } from '../lib/same-json.ts';
import type { NodeFacts, ObservedContainer } from '../model/container.ts';
import { parseSessionKey, sessionKeyOf } from '../model/names.ts';
import type { IsolationControl, McpSession } from '../model/session.ts';
import { eventsFor } from '../plan/events.ts';
import { sortContainers } from '../plan/identity.ts';
import { nextStatus } from '../plan/next-status.ts';
import { nextStep } from '../plan/next-step.ts';
import type { ContainersSeen, Observation } from '../plan/observation.ts';
import { type Decision, rest, type Step } from '../plan/step.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerAccess } from '../ports/container-access.ts';
import type { Namespaces, Policies } from '../ports/policies.ts';
import type { SessionCache } from '../ports/sessions.ts';
import { choosePolicies } from '../rules/profile-choice.ts';
import { failingAct, perform, type PerformDependencies, type Target } from './perform.ts';
import { failureOf, type SessionMemories, type SessionMemory } from './session-memory.ts';

export interface ReconcileDependencies extends PerformDependencies {
  readonly cache: SessionCache;
  readonly memories: SessionMemories;
  readonly clock: Clock;
  readonly policies: Policies;
  readonly namespaces: Pick<Namespaces, 'knownLabelsOf'>;
  readonly wayInto: ContainerAccess['wayInto'];
  /** A container that was just verified; and a session that is gone for good, told once or more. */
  readonly onRunning: (session: McpSession, container: ObservedContainer) => void;
  readonly onReleased: (sessionUid: string) => void;
  /** Milliseconds since the epoch when this controller began to watch (plan/expiry.ts). */
  readonly startedMs: number;
  readonly node: () => NodeFacts;
  readonly onStep?: (step: Step['do'], outcome: 'ok' | 'error') => void;
  /** The controls of a container that was just reported on for the first time. */
  readonly onProof?: (controls: readonly IsolationControl[]) => void;
}

/** After these the watch tells of the effect; until then there is nothing to do that would not repeat them. */
const ECHO_WAIT_MS = 30_000;

/** Rejects with OperatorError for faults of the API server, which the queue retries; engine faults become part of what is seen. */
export async function reconcile(
  deps: ReconcileDependencies,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly requeueAfterMs: number | null }> {
  const session = await findSession(deps, key, signal);
  const memory = deps.memories.of(key, session?.meta.uid ?? '', deps.clock.nowMs());
  const seen = await observe(deps, { key, session, memory }, signal);
  const decision = memory.unsaid === null ? nextStep(seen) : rest(0, memory.unsaid);
  remember(deps, memory, seen, decision);
  const current = await report(deps, { seen, decision, memory }, signal);
  const step = decision.step;
  if (step.do === 'rest') return settle(deps, { key, session, memory }, step.wakeAfterMs, current !== session);

  if (step.do === 'removeFinalizer' && memory.released) return { requeueAfterMs: ECHO_WAIT_MS };
  const waitMs = backoffMs(memory, step, seen.nowMs);
  if (waitMs > 0) return { requeueAfterMs: waitMs };
  deps.log.info('step', { session: key, step: step.do });
  await tryStep(deps, step, { key, session: current, memory }, signal);
  const echoed = step.do === 'removeFinalizer' || step.do === 'deleteSession';
  return { requeueAfterMs: echoed ? ECHO_WAIT_MS : 0 };
}

/** What failed is not tried again before its time, whoever asks for a look. */
function backoffMs({ lastFailure }: SessionMemory, step: Step, nowMs: number): number {
  if (lastFailure === null || lastFailure.act !== failingAct(step)) return 0;
  return Math.max(lastFailure.retryAtMs - nowMs, 0);
}

/** The cache first; what it does not hold is asked for, because leaving the filter is not the same as being gone. */
async function findSession(deps: ReconcileDependencies, key: string, signal: AbortSignal): Promise<McpSession | null> {
  const reference = parseSessionKey(key);
  return deps.cache.cached(reference) ?? (await deps.store.read(reference, signal));
}

async function observe(deps: ReconcileDependencies, target: Target, signal: AbortSignal): Promise<Observation> {
  const { session, memory } = target;
  const containers = await lookAtContainers(deps, target, signal);
  const nowMs = deps.clock.nowMs();
  const node = deps.node();
  const own = ownOf({ session, containers, node });
  const set = deps.policies.current();
  const { namespace } = parseSessionKey(target.key);
  const chosen = choosePolicies(set, deps.namespaces.knownLabelsOf(namespace));
  forgetWrongImage(memory, own);
  const isHeld = own === null ? null : deps.inits.isHeld(own.id);
  noteWish({ memory, session, containers, own, isHeld, nowMs });
  return {
    session,
    containers,
    nameTakenBy: memory.nameTakenBy,
    image: memory.image,
    hostPaths: memory.hostPaths,
    containerMounts: mountsOf(memory, own),
    initVolume: memory.initVolume,
    referencesReadable: memory.referencesReadable,
    isHeld,
    commandsBy: own === null ? 'engine-exec' : deps.wayInto(own.id),
    lastFailure: memory.lastFailure,
    lastActivityMs: memory.commands > 0 ? nowMs : memory.lastActivityMs,
    watchedSinceMs: deps.startedMs,
    wantedSinceMs: memory.wantedSinceMs,
    nowMs,
    policy: chosen.enforce.policy,
    policyHash: chosen.enforce.hash,
    namespaceProblems: chosen.problems,
    suspension: set.suspension,
    node,
  };
}

/** Of this run of this container, or nothing is known. */
function mountsOf({ containerMounts: known }: SessionMemory, own: ObservedContainer | null) {
  return known !== null && known.containerId === own?.id && known.pid === own.pid ? known.found : null;
}

function ownOf(seen: Pick<Observation, 'session' | 'containers' | 'node'>): ObservedContainer | null {
  const { session, containers, node } = seen;
  if (session === null || containers === null) return null;
  return sortContainers({ session, containers, node }).own;
}

/** The startup deadline counts from the moment a container was first missing or held, not from the last look before. */
function noteWish(input: {
  readonly memory: SessionMemory;
  readonly session: McpSession | null;
  readonly containers: ContainersSeen;
  readonly own: ObservedContainer | null;
  readonly isHeld: boolean | null;
  readonly nowMs: number;
}): void {
  const { memory, session, containers, own, isHeld, nowMs } = input;
  const asked = session?.spec?.operatingMode === 'Running' && containers !== null;
  const wanted = asked && (own === null || own.state === 'created' || isHeld === true);
  if (wanted && !memory.wanted) memory.wantedSinceMs = nowMs;
  memory.wanted = wanted;
}

async function lookAtContainers(
  deps: ReconcileDependencies,
  target: Target,
  signal: AbortSignal,
): Promise<ContainersSeen> {
  const { key, memory } = target;
  try {
    const containers = await deps.view.containersOf(key, signal);
    if (memory.lastFailure?.act === 'observe') memory.lastFailure = null;
    return containers;
  } catch (thrown) {
    const error = asOperatorError(thrown);
    if (error.kind === 'cancelled') throw error;
    memory.lastFailure = failureOf({ act: 'observe', error, before: memory.lastFailure, nowMs: deps.clock.nowMs() });
    return null;
  }
}

/** A tag can move between the look and the create: what runs is judged by the image that runs. */
function forgetWrongImage(memory: SessionMemory, own: ObservedContainer | null): void {
  if (own === null) return;
  const same = memory.image.known === 'present' && memory.image.facts.id === own.spec.imageId;
  if (!same) memory.image = { known: 'unknown' };
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
  try {
    const written = await deps.store.writeStatus(session, status, signal);
    memory.unsaid = null;
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
    deps.memories.forget(target.key);
  }
  // A verdict that was just written (for example an end) can ask for a next step at once.
  return { requeueAfterMs: wrote ? Math.min(wakeAfterMs ?? 0, 0) : wakeAfterMs };
}

async function tryStep(deps: ReconcileDependencies, step: Step, target: Target, signal: AbortSignal): Promise<void> {
  const act = failingAct(step);
  const { memory } = target;
  try {
    await perform(deps, step, target, signal);
    if (act !== null && memory.lastFailure?.act === act) memory.lastFailure = null;
    deps.onStep?.(step.do, 'ok');
  } catch (thrown) {
    const error = asOperatorError(thrown);
    deps.onStep?.(step.do, 'error');
    if (act === null || error.kind === 'cancelled') throw error;
    memory.lastFailure = failureOf({ act, error, before: memory.lastFailure, nowMs: deps.clock.nowMs() });
    deps.log.warn('step failed', { session: target.key, step: step.do, kind: error.kind, error: error.message });
  }
}
