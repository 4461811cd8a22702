// Carries out one step. No decisions here: what a refusal means for the session is decided at the next look.

import { assertNever } from '../lib/assert-never.ts';
import { asOperatorError } from '../lib/errors.ts';
import { parseSessionKey } from '../model/names.ts';
import { nameOfContainer } from '../model/session.ts';
import type { McpSession } from '../model/session.ts';
import type { Step } from '../plan/step.ts';
import type { Clock } from '../ports/clock.ts';
import type { SessionInits } from '../ports/container-access.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { Log } from '../ports/log.ts';
import type { References } from '../ports/references.ts';
import type { SessionEvents, SessionStore } from '../ports/sessions.ts';
import { orAborted, withDeadline } from '../process/deadline.ts';
import { type AttachmentDependencies, performOnAttachments } from './perform-attachment.ts';
import type { ContainerView } from './container-view.ts';
import { createOrAdopt } from './create-or-adopt.ts';
import type { ImageLooks } from './image-looks.ts';
import type { ImagePulls } from './image-pulls.ts';
import type { SessionMemory } from './session-memory.ts';

const INIT_ANSWERS_WITHIN_MS = 10_000;
/** A file system that hangs, over a network for example, must not keep the session's key for ever. */
const PATHS_WITHIN_MS = 10_000;

export interface PerformDependencies extends AttachmentDependencies {
  readonly view: ContainerView;
  readonly store: SessionStore;
  readonly events: SessionEvents;
  readonly images: ImageLooks;
  readonly pulls: ImagePulls;
  readonly hostPaths: HostPaths;
  readonly inits: SessionInits;
  readonly references: References;
  readonly clock: Clock;
  readonly log: Log;
  /** Our own write, to be seen by the cache before its echo arrives. */
  readonly written: (session: McpSession) => void;
}

export interface Target {
  readonly key: string;
  readonly session: McpSession | null;
  readonly memory: SessionMemory;
}

/** "waits": nothing was done yet, and the key is called when it was. */
export async function perform(
  deps: PerformDependencies,
  step: Step,
  target: Target,
  signal: AbortSignal,
): Promise<'done' | 'waits'> {
  if (step.do === 'pull') return pull(deps, step, target);
  await performNow(deps, step, target, signal);
  return 'done';
}

/** Engine steps mark the view as stale: even a call without an answer may have had its effect (security.md 0.4). */
async function performNow(
  deps: PerformDependencies,
  step: Exclude<Step, { do: 'pull' }>,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const { engine } = deps;
  const { key, memory } = target;
  switch (step.do) {
    case 'rest':
      return;
    case 'lookAtImage': {
      const facts = await deps.images.look(step.reference, signal);
      memory.image = facts === null ? { known: 'absent' } : { known: 'present', facts };
      return;
    }
    case 'lookAtHostPaths':
      memory.hostPaths = await withinTime((within) => deps.hostPaths.resolve(step.paths, within), signal);
      return;
    case 'lookAtMounts':
      return lookAtMounts(deps, step, target, signal);
    case 'lookAtInit':
      memory.initVolume = await engine.sessionInitVolume(signal);
      return;
    case 'lookAtReferences':
      await deps.references.read(parseSessionKey(key).namespace, step.references, signal);
      memory.referencesReadable = true;
      return;
    case 'release':
      return release(deps, step, target, signal);
    case 'create':
      return createOrAdopt(deps, step, target, signal);
    case 'start':
      return changing(deps, key, () => startContainer(deps, step, signal));
    case 'stop':
      return changing(deps, key, () => engine.stop(step.containerId, step.graceSeconds, signal));
    case 'remove':
      memory.hostPaths = null;
      memory.referencesReadable = false;
      memory.attachments = null;
      return changing(deps, key, () => engine.remove(step.containerId, signal));
    case 'lookAtAttachments':
    case 'createNetwork':
    case 'prepareWorkspace':
    case 'removeNetwork':
    case 'removeWorkspace':
      return performOnAttachments(deps, step, target, signal);
    case 'addFinalizer':
    case 'removeFinalizer':
    case 'deleteSession':
      return performOnApiServer(deps, step, target, signal);
    default:
      return assertNever(step);
  }
}

/** Others look too while the call is under way (the node API): what they saw in the middle of it is old afterwards. */
async function changing(deps: PerformDependencies, key: string, act: () => Promise<void>): Promise<void> {
  deps.view.markStale(key);
  try {
    await act();
  } finally {
    deps.view.markStale(key);
  }
}

const withinTime = <T>(act: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> =>
  withDeadline(
    { ms: PATHS_WITHIN_MS, what: 'a look at the host paths' },
    (within) => orAborted(act(within), within),
    signal,
  );

function pull(
  deps: PerformDependencies,
  step: Extract<Step, { do: 'pull' }>,
  { key, memory, session }: Target,
): 'done' | 'waits' {
  const outcome = deps.pulls.ask(step.reference, key);
  if (outcome === null) return 'waits';
  memory.image = { known: 'unknown' }; // also after a failure: somebody may load it by hand before the next try
  if (!outcome.ok) throw outcome.fault;
  if (session !== null) deps.events.record(session, { reason: 'ImagePulled', message: `pulled ${step.reference}` });
  return 'done';
}

/** A process that has ended is no finding: the container is looked at again. */
async function lookAtMounts(
  deps: PerformDependencies,
  step: Extract<Step, { do: 'lookAtMounts' }>,
  { key, memory }: Target,
  signal: AbortSignal,
): Promise<void> {
  const { containerId, pid, targets } = step;
  try {
    const asked = { id: containerId, pid, targets };
    const found = await withinTime((within) => deps.hostPaths.inContainer(asked, within), signal);
    memory.containerMounts = { containerId, pid, found };
  } catch (thrown) {
    deps.view.markStale(key);
    throw thrown;
  }
}

/** Attached before it starts, so that nothing is said before somebody listens; ready when the init has answered. */
async function startContainer(
  deps: PerformDependencies,
  step: Extract<Step, { do: 'start' }>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, engine, inits } = deps;
  if (!step.sessionInit) return engine.start(step.containerId, signal);
  await inits.open(step.containerId, signal);
  await engine.start(step.containerId, signal);
  const limit = { ms: INIT_ANSWERS_WITHIN_MS, what: 'the first word of the session init', clock };
  await withDeadline(limit, (within) => inits.whenReady(step.containerId, within), signal).catch((thrown: unknown) => {
    // A container that ended is seen at the next look; one that runs is served by the engine's exec, and status says so.
    const error = asOperatorError(thrown).message;
    deps.log.warn('session init does not answer', { container: step.containerId.slice(0, 12), error });
  });
}

/** The values live in this function alone: read when the session init waits for them, and never kept. */
async function release(
  deps: PerformDependencies,
  step: Extract<Step, { do: 'release' }>,
  { key }: Target,
  signal: AbortSignal,
): Promise<void> {
  const { clock, inits, references } = deps;
  const limit = { ms: INIT_ANSWERS_WITHIN_MS, what: 'an answer of the session init', clock };
  await withDeadline(limit, (within) => inits.whenReady(step.containerId, within), signal);
  if (inits.isHeld(step.containerId) === false) return; // by an earlier controller
  const { namespace } = parseSessionKey(key);
  const none = step.references.length === 0;
  const environment = none ? [] : await references.read(namespace, step.references, signal);
  await inits.release(step.containerId, environment, signal);
}

/**
 * The last look before the session may go: by the name that its container would have, whatever events and lists have told. One that is
 * found is removed first.
 */
async function isLeft(
  deps: PerformDependencies,
  key: string,
  session: McpSession,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await deps.engine.inspect(nameOfContainer(session), signal);
  if (found?.ours !== true) return false;
  deps.view.add(key, found.container.id);
  return true;
}

async function performOnApiServer(
  deps: PerformDependencies,
  step: Extract<Step, { do: 'addFinalizer' | 'removeFinalizer' | 'deleteSession' }>,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const { session } = target;
  if (session === null) return;
  if (step.do === 'deleteSession') {
    await deps.store.delete(
      { namespace: session.meta.namespace, name: session.meta.name, uid: session.meta.uid },
      signal,
    );
    return;
  }
  if (step.do === 'removeFinalizer' && (await isLeft(deps, target.key, session, signal))) return;
  const written = await deps.store.setFinalizer(session, step.do === 'addFinalizer', signal);
  if (written !== null) {
    target.memory.isCurrent = true;
    deps.written(written);
  } else target.memory.released = true; // it is gone, and a cache that does not know it yet must not have it asked for again and again
  if (step.do === 'removeFinalizer') {
    target.memory.released = true;
    deps.events.record(session, { reason: 'Deleted', message: 'the container is removed' });
  }
}
