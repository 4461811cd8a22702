// Carries out the steps on networks and workspaces; apart from perform.ts, which holds those on containers.

import { isFault, OperatorError } from '../lib/errors.ts';
import type { Attachments } from '../model/attachments.ts';
import type { Step } from '../plan/step.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';
import type { ContainerView } from './container-view.ts';
import type { Leftovers } from './leftovers.ts';
import type { SessionMemory } from './session-memory.ts';

export type AttachmentStep = Extract<
  Step,
  { do: 'lookAtAttachments' | 'createNetwork' | 'prepareWorkspace' | 'removeNetwork' | 'removeWorkspace' }
>;

export interface AttachmentDependencies {
  readonly engine: ContainerEngine;
  readonly view: ContainerView;
  readonly leftovers: Leftovers;
}

/** Whatever a change answers, or does not: what is there is looked at again. */
export async function performOnAttachments(
  { engine, view, leftovers }: AttachmentDependencies,
  step: AttachmentStep,
  { key, memory }: { readonly key: string; readonly memory: SessionMemory },
  signal: AbortSignal,
): Promise<void> {
  if (step.do !== 'lookAtAttachments') memory.attachments = null;
  switch (step.do) {
    case 'lookAtAttachments': {
      const { containerId, pid, uid } = step;
      memory.attachments = { containerId, pid, found: await engine.attachmentsOf(uid, signal) };
      // A container that ended meanwhile is on no network any more, which is no finding: what counts is a run that goes on after this.
      if (containerId !== null) view.markStale(key);
      return;
    }
    case 'createNetwork':
      return createOrFindNetwork(engine, step, signal);
    case 'prepareWorkspace': {
      await engine.prepareWorkspace(step.spec, signal);
      memory.workspaceReady = true;
      return;
    }
    case 'removeNetwork':
      await engine.removeNetwork(step.networkId, signal);
      return leftovers.drop(key, step.networkId);
    case 'removeWorkspace':
      await engine.removeWorkspace(step.name, signal);
      memory.workspaceReady = false;
      return leftovers.drop(key, step.name);
  }
}

/** A taken name is our own earlier attempt, whose answer was lost, or somebody else's network, which is left alone. */
async function createOrFindNetwork(
  engine: ContainerEngine,
  { spec }: Extract<Step, { do: 'createNetwork' }>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await engine.createNetwork(spec, signal);
  } catch (thrown) {
    const taken = isFault(thrown, 'already-exists');
    if (!taken && !isFault(thrown, 'timeout')) throw thrown;
    const { networks }: Attachments = await engine.attachmentsOf(spec.identity.uid, signal);
    if (networks.length > 0) return;
    if (!taken) throw thrown;
    throw new OperatorError(
      'already-exists',
      `network ${spec.name} has the name of this session but not its labels; remove it on the node`,
      { cause: thrown },
    );
  }
}
