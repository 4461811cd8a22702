// The container engine port over the Docker Engine. Every list and event stream is filtered by our labels; every call on a
// container needs an id that was seen with them.

import { z } from 'zod';

import type { AttachmentSummary } from '../model/attachments.ts';
import type { EngineApiChoice } from '../model/engine-api.ts';
import { CONTAINER_STATES } from '../model/container.ts';
import type { ContainerAccess } from '../ports/container-access.ts';
import type { ContainerEngine, ContainerSummary, InspectedContainer } from '../ports/container-engine.ts';
import { type Log, silentLog } from '../ports/log.ts';
import type { HeldInits, RoutedAccess } from './access.ts';
import { hasDiskQuota } from './disk-quota.ts';
import type { EngineDeadlines, OnEngineCall } from './engine-calls.ts';
import { createEngineClient, type EngineClient } from './engine-client.ts';
import { factsFromInfo } from './facts-from-info.ts';
import { fromInspect } from './from-inspect.ts';
import { type Home, identityOf, labelFilter } from './identity-labels.ts';
import { imageFacts } from './image-facts.ts';
import { createNetworks } from './networks.ts';
import { createOwnedContainers, type OwnedContainers } from './owned-containers.ts';
import { lifecycleCalls } from './lifecycle-calls.ts';
import { nullIfAbsent } from './null-if-absent.ts';
import { parseAnswer } from './parse-answer.ts';
import { createInitDelivery } from './init-delivery.ts';
import { pullImage } from './pull-image.ts';
import { watchEvents } from './watch-events.ts';
import { wireAccess } from './wire-access.ts';
import { createWorkspaces } from './workspaces.ts';

export interface DockerEngineOptions extends Home {
  readonly socketPath: string;
  /** Default: the newest that both sides speak. */
  readonly apiVersion?: EngineApiChoice;
  readonly log?: Log;
  /** The session init for this engine (dist/init); left out, sessions have to do without. */
  readonly sessionInitFile?: string;
  /** Milliseconds instead of those in engine-calls.ts. */
  readonly deadlines?: EngineDeadlines;
  /** Told of every call that leaves: counts and proofs in tests. */
  readonly onCall?: OnEngineCall;
}

/** The engine, and what happens inside its containers: one client, one memory of which containers are ours. */
export interface DockerEngine extends ContainerEngine {
  readonly access: ContainerAccess;
  readonly inits: HeldInits;
}

interface Parts {
  readonly client: EngineClient;
  readonly owned: OwnedContainers;
  readonly home: Home;
  readonly log: Log;
}

/** Opens no connection; the first call negotiates the API version. Throws OperatorError('invalid') for a malformed DOCKER_HOST. */
export function createDockerEngine(options: DockerEngineOptions): DockerEngine {
  const { cluster, nodeName, log = silentLog } = options;
  const client = createEngineClient(options);
  const parts: Parts = { client, owned: createOwnedContainers(), home: { cluster, nodeName }, log };
  const delivery = createInitDelivery({ client, home: parts.home, log, programFile: options.sessionInitFile ?? null });
  const inspect: ContainerEngine['inspect'] = async (idOrName, signal) => {
    const found = await inspectContainer(parts, idOrName, signal);
    if (found?.ours === true) access.note(found.container);
    return found;
  };
  const access: RoutedAccess = wireAccess({ client, owned: parts.owned, inspect, log });
  const { create, remove, ...lifecycle } = lifecycleCalls(parts);
  return {
    ping: async (signal) => void (await client.call('ping', {}, signal)),
    facts: async (signal) => {
      const apiVersion = await client.apiVersion(signal);
      const info = await client.call('info', {}, signal);
      const diskQuota = await hasDiskQuota(parts, signal);
      return factsFromInfo(info, { cluster, nodeName, apiVersion, diskQuota });
    },
    inspectImage: async (reference, signal) => {
      const answer = await nullIfAbsent(client.call('imageInspect', { target: reference }, signal));
      return answer === null ? null : imageFacts(answer);
    },
    pullImage: (reference, signal) => pullImage(client, reference, signal),
    sessionInitVolume: (signal) => delivery.volume(signal),
    inspect,
    list: (signal) => listContainers(parts, signal),
    ...attachmentCalls(parts),
    watchEvents: (onEvent, signal) => {
      // A second back, so that nothing is lost between the call and the moment when the engine listens.
      const sinceSeconds = Math.floor(Date.now() / 1000) - 1;
      return watchEvents({ client, home: parts.home, onEvent, sinceSeconds }, signal);
    },
    ...lifecycle,
    create: async (spec, signal) => {
      const made = await create(spec, signal);
      access.note({ id: made.id, spec });
      return made;
    },
    remove: async (containerId, signal) => {
      await remove(containerId, signal);
      access.inits.close(containerId);
    },
    access,
    inits: access.inits,
  };
}

type AttachmentCall =
  | 'attachmentsOf'
  | 'listAttachments'
  | 'createNetwork'
  | 'removeNetwork'
  | 'prepareWorkspace'
  | 'removeWorkspace';

function attachmentCalls(parts: Parts): Pick<ContainerEngine, AttachmentCall> {
  const networks = createNetworks(parts);
  const workspaces = createWorkspaces(parts);
  return {
    attachmentsOf: async (uid, signal) => ({
      networks: await networks.of(uid, signal),
      workspaces: await workspaces.of(uid, signal),
    }),
    listAttachments: async (signal) => [
      ...(await networks.list(signal)).map(
        ({ id, identity }): AttachmentSummary => ({
          kind: 'network',
          id,
          identity,
          persistent: false,
        }),
      ),
      ...(await workspaces.list(signal)).map(
        ({ name, identity, persistent }): AttachmentSummary => ({ kind: 'workspace', id: name, identity, persistent }),
      ),
    ],
    createNetwork: (spec, signal) => networks.create(spec, signal),
    removeNetwork: (networkId, signal) => networks.remove(networkId, signal),
    prepareWorkspace: (spec, signal) => workspaces.prepare(spec, signal),
    removeWorkspace: (name, signal) => workspaces.remove(name, signal),
  };
}

async function inspectContainer(
  parts: Parts,
  idOrName: string,
  signal: AbortSignal,
): Promise<InspectedContainer | null> {
  const answer = await nullIfAbsent(parts.client.call('containerInspect', { target: idOrName }, signal));
  if (answer === null) return null;
  const found = fromInspect(answer, parts.home);
  if (found.ours) parts.owned.add(found.container.id);
  return found;
}

const listSchema = z.array(
  z.looseObject({
    Id: z.string(),
    Created: z.number(),
    Labels: z.record(z.string(), z.string()),
    State: z.enum(CONTAINER_STATES),
  }),
);

async function listContainers(parts: Parts, signal: AbortSignal): Promise<readonly ContainerSummary[]> {
  const filters = JSON.stringify({ label: labelFilter(parts.home) });
  const answer = await parts.client.call('containerList', { query: { all: '1', filters } }, signal);
  return parseAnswer({ schema: listSchema, answer, about: 'all containers' }).flatMap(
    ({ Id, Created, Labels, State }) => {
      const identity = identityOf(Labels, parts.home);
      if (identity === null) {
        parts.log.warn('left alone a container with malformed labels of ours', { container: Id });
        return [];
      }
      parts.owned.add(Id);
      const { uid, namespace, name } = identity;
      return [{ id: Id, uid, namespace, name, createdMs: Created * 1000, state: State }];
    },
  );
}
