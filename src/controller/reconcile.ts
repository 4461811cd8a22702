// One pass over one session: observe, decide, report, act. At most one engine mutation, then look again.

import { asOperatorError } from '../lib/errors.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { NodeFacts } from '../model/container.ts';
import { parseSessionKey } from '../model/names.ts';
import type { Policy } from '../model/policy.ts';
import type { IsolationControl, McpSession } from '../model/session.ts';
import { eventsFor } from '../plan/events.ts';
import { nextStatus } from '../plan/next-status.ts';
import { nextStep } from '../plan/next-step.ts';
import type { ContainersSeen, Observation } from '../plan/observation.ts';
import type { Decision, Step } from '../plan/step.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SessionCache } from '../ports/sessions.ts';
import { failingAct, perform, type PerformDependencies, type Target } from './perform.ts';
import { failureOf, type SessionMemories, type SessionMemory } from './session-memory.ts';

export interface ReconcileDependencies extends PerformDependencies {
  readonly cache: SessionCache;
  readonly memories: SessionMemories;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: Policy;
  readonly policyHash: string;
  /** Milliseconds since the epoch when this controller began to watch (plan/expiry.ts). */
  readonly startedMs: number;
  readonly node: () => NodeFacts;
  readonly onStep?: (step: Step['do'], outcome: 'ok' | 'error') => void;
  /** The controls of a container that was just reported on for the first time. */
  readonly onProof?: (controls: readonly IsolationControl[]) => void;
}

/** Rejects with OperatorError for faults of the API server, which the queue retries; engine faults become part of what is seen. */
export async function reconcile(
  deps: ReconcileDependencies,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly requeueAfterMs: number | null }> {
  const session = await findSession(deps, key, signal);
  const memory = deps.memories.of(key, session?.meta.uid ?? '', deps.clock.nowMs());
  const seen = await observe(deps, { key, session, memory }, signal);
  const decision = nextStep(seen);
  remember(memory, seen, decision);
  const current = await report(deps, seen, nextStatus(seen, decision), signal);
  const step = decision.step;
  if (step.do === 'rest') return settle(deps, { key, session, memory }, step.wakeAfterMs, current !== session);

  deps.log.info('step', { session: key, step: step.do });
  await tryStep(deps, step, { key, session: current, memory }, signal);
  return { requeueAfterMs: 0 };
}

/** The cache first; what it does not hold is asked for, because leaving the filter is not the same as being gone. */
async function findSession(deps: ReconcileDependencies, key: string, signal: AbortSignal): Promise<McpSession | null> {
  const reference = parseSessionKey(key);
  return deps.cache.cached(reference) ?? (await deps.store.read(reference, signal));
}

async function observe(deps: ReconcileDependencies, target: Target, signal: AbortSignal): Promise<Observation> {
  const { session, memory } = target;
  const containers = await lookAtContainers(deps, target, signal);
  forgetWrongImage(memory, containers);
  return {
    session,
    containers,
    nameTakenBy: memory.nameTakenBy,
    image: memory.image,
    hostPaths: memory.hostPaths,
    lastFailure: memory.lastFailure,
    lastActivityMs: memory.commands > 0 ? deps.clock.nowMs() : memory.lastActivityMs,
    watchedSinceMs: deps.startedMs,
    wantedSinceMs: memory.wantedSinceMs,
    nowMs: deps.clock.nowMs(),
    policy: deps.policy,
    policyHash: deps.policyHash,
    node: deps.node(),
  };
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
function forgetWrongImage(memory: SessionMemory, containers: ContainersSeen): void {
  const running = containers?.[0];
  if (running === undefined || memory.image.known !== 'present') return;
  if (memory.image.facts.id !== running.spec.imageId) memory.image = { known: 'unknown' };
}

/** Writes the status when it says something new; returns the session as it is now. */
async function report(
  deps: ReconcileDependencies,
  seen: Observation,
  status: McpSession['status'] | null,
  signal: AbortSignal,
): Promise<McpSession | null> {
  const { session } = seen;
  if (session === null || status === null) return session;
  if (canonicalJson(status) === canonicalJson(session.status)) return session;
  const written = await deps.store.writeStatus(session, status, signal);
  deps.written(written);
  for (const event of eventsFor(session, status)) deps.events.record(session, event);
  const proof = status.isolation;
  if (proof !== undefined && proof.digest !== session.status.isolation?.digest) deps.onProof?.(proof.controls);
  return written;
}

/** The startup deadline counts from the last time a container was not wanted or not missing; a taken name is tried again. */
function remember(memory: SessionMemory, seen: Observation, decision: Decision): void {
  const reason = decision.report?.reason;
  const running = reason === 'Running' ? seen.containers?.find(({ state }) => state === 'running') : undefined;
  memory.verifiedContainerId = running?.id ?? null;
  if (reason === 'Running' || reason === 'Suspended') memory.wantedSinceMs = seen.nowMs;
  memory.nameTakenBy = null;
}

function settle(
  deps: ReconcileDependencies,
  target: Target,
  wakeAfterMs: number | null,
  wrote: boolean,
): { readonly requeueAfterMs: number | null } {
  if (target.session === null) deps.memories.forget(target.key);
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
