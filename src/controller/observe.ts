// Everything that a decision may look at, put together: from the cache, the view of the engine and the memory of the session.

import { asOperatorError, type OperatorError } from '../lib/errors.ts';
import type { ObservedContainer } from '../model/container.ts';
import { parseSessionKey } from '../model/names.ts';
import { isNamedByUs, sortContainers } from '../plan/identity.ts';
import type { ContainersSeen, Failure, Observation } from '../plan/observation.ts';
import { choosePolicies } from '../rules/profile-choice.ts';
import { lookAtLifetime } from './lifetime.ts';
import type { Target } from './perform.ts';
import type { ReconcileDependencies } from './reconcile.ts';
import { failureOf, type SessionMemory } from './session-memory.ts';

export async function observe(deps: ReconcileDependencies, target: Target, signal: AbortSignal): Promise<Observation> {
  const { session, memory } = target;
  const labels = session === null ? {} : await namespaceLabels(deps, session.meta.namespace, signal);
  const containers = await lookAtContainers(deps, target, signal);
  const nowMs = deps.clock.nowMs();
  const node = deps.node();
  const own = ownOf({ session, containers, node });
  const set = deps.policies.current();
  const leftovers = await leftoversOf(deps, target, signal);
  const chosen = choosePolicies(set, labels);
  forgetWrongImage(memory, own);
  const isHeld = own === null ? null : deps.inits.isHeld(own.id);
  const { suspension } = set;
  const { grants } = deps;
  const lifetime = lookAtLifetime({ grants, memory, session, containers, own, isHeld, nowMs, suspension, node });
  return {
    session,
    containers,
    nameTakenBy: memory.nameTakenBy,
    image: memory.image,
    hostPaths: memory.hostPaths,
    containerMounts: mountsOf(memory, own),
    initVolume: memory.initVolume,
    attachments: attachmentsOf(memory, own),
    workspaceReady: memory.workspaceReady,
    leftovers,
    referencesReadable: memory.referencesReadable,
    isHeld,
    commandsBy: own === null ? 'engine-exec' : deps.wayInto(own.id),
    lastFailure: memory.lastFailure,
    ...lifetime,
    nowMs,
    policy: chosen.enforce.policy,
    policyHash: chosen.enforce.hash,
    namespaceProblems: chosen.problems,
    suspension,
    node,
    drain: deps.drain(),
    leftBehind: deps.leftBehind.count(),
  };
}

/** A namespace that the watch has not told of is asked for: without its labels another profile would judge what runs there. */
async function namespaceLabels(
  { namespaces }: Pick<ReconcileDependencies, 'namespaces'>,
  namespace: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  return namespaces.knownLabelsOf(namespace) ?? (await namespaces.labelsOf(namespace, signal));
}

/** Of this run of this container, or nothing is known. */
function mountsOf({ containerMounts: known }: SessionMemory, own: ObservedContainer | null) {
  return known !== null && known.containerId === own?.id && known.pid === own.pid ? known.found : null;
}

/** With the container that there is now, or without one if there is none. */
function attachmentsOf({ attachments: known }: SessionMemory, own: ObservedContainer | null) {
  const same = known !== null && known.containerId === (own?.id ?? null) && known.pid === (own?.pid ?? null);
  return same ? known.found : null;
}

/** The session as the API server has it now: a cache that is behind must not cost anybody a workspace. Rejects when it does not answer. */
async function leftoversOf(
  deps: ReconcileDependencies,
  { key, session }: Target,
  signal: AbortSignal,
): Promise<Observation['leftovers']> {
  const found = deps.leftovers.of(key).filter(({ identity }) => identity.uid !== session?.meta.uid);
  if (found.length === 0) return [];
  const current = await deps.store.read(parseSessionKey(key), signal);
  return found.filter(({ identity }) => identity.uid !== current?.meta.uid);
}

export function ownOf(seen: Pick<Observation, 'session' | 'containers' | 'node'>): ObservedContainer | null {
  const { session, containers, node } = seen;
  if (session === null || containers === null) return null;
  return sortContainers({ session, containers, node }).own;
}

/** A copy that inherited our labels is nobody's to adopt and nobody's to remove: people are told, once (security.md F33). */
function noteForeign(deps: ReconcileDependencies, key: string, containers: readonly ObservedContainer[]): void {
  for (const container of containers) {
    if (isNamedByUs(container) || deps.memories.toldForeign.has(container.id)) continue;
    deps.memories.toldForeign.add(container.id);
    deps.log.warn('left alone a container that carries the labels of a session but not its name', {
      session: key,
      container: container.id.slice(0, 12),
      name: container.spec.containerName,
    });
  }
}

async function lookAtContainers(
  deps: ReconcileDependencies,
  target: Target,
  signal: AbortSignal,
): Promise<ContainersSeen> {
  const { key, memory } = target;
  try {
    const containers = await deps.view.containersOf(key, signal);
    noteForeign(deps, key, containers);
    if (memory.lastFailure?.act === 'observe') memory.lastFailure = null;
    return containers;
  } catch (thrown) {
    const error = asOperatorError(thrown);
    if (error.kind === 'cancelled') throw error;
    memory.lastFailure = failed(deps, memory, 'observe', error);
    return null;
  }
}

/** A tag can move between the look and the create: what runs is judged by the image that runs. */
function forgetWrongImage(memory: SessionMemory, own: ObservedContainer | null): void {
  if (own === null) return;
  const same = memory.image.known === 'present' && memory.image.facts.id === own.spec.imageId;
  if (!same) memory.image = { known: 'unknown' };
}

/** The failure as the next look sees it. */
export function failed(
  { clock, random }: ReconcileDependencies,
  { lastFailure: before }: SessionMemory,
  act: Failure['act'],
  error: OperatorError,
): Failure {
  return failureOf({ act, error, before, nowMs: clock.nowMs(), random });
}
