// For tests on the real engine: its socket, the session image, and containers that carry a cluster id of their own, so that
// everything a test file made can be found and removed, and nothing else is touched.

import { randomUUID } from 'node:crypto';

import Docker from 'dockerode';

import { ensureSessionImage, type SessionImage } from '../../hack/session-image.ts';
import type { ContainerIdentity, ContainerSpec } from '../../src/model/container.ts';
import { CONTAINER_LABELS, containerNameOf } from '../../src/model/names.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { type LockedDownSpec, lockDown } from '../../src/rules/lock-down.ts';
import { aContainer } from './container-builder.ts';
import { runPrefix } from './oracle/run.ts';

export const engineSocket = (): string => '/var/run/docker.sock';

/** An engine client without any guard: what a stranger on the same engine can do. */
export const rawDocker = (): Docker => new Docker({ socketPath: engineSocket() });

/** Begins with the name of this run, by which the oracle knows its containers. */
export const newClusterId = (): string => `${runPrefix()}${randomUUID()}`;

export const sessionImage = (): Promise<SessionImage> =>
  ensureSessionImage({ socketPath: engineSocket(), log: () => {} });

export interface TestContainer {
  readonly cluster: string;
  readonly nodeName: string;
  readonly change?: Partial<ContainerSpec>;
  readonly identity?: Partial<ContainerIdentity>;
}

/** A container of the session image that idles, with a UID of its own and the labels of `cluster`. */
export async function aSessionContainer({
  cluster,
  nodeName,
  change,
  identity,
}: TestContainer): Promise<ContainerSpec> {
  const { imageId } = await sessionImage();
  const base = aContainer();
  const uid = identity?.uid ?? randomUUID();
  return aContainer({
    containerName: containerNameOf({ uid, instanceGeneration: identity?.instanceGeneration ?? 1 }),
    identity: { ...base.identity, ...identity, cluster, node: nodeName, uid },
    imageId,
    ...change,
  });
}

/** The spec as the real rules under the default policy let it through. */
export function lockedDown(spec: ContainerSpec): LockedDownSpec {
  const result = lockDown(spec, defaultPolicy());
  if (!result.ok) throw new Error(result.error.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return result.value;
}

/** Names of all containers with the label of this cluster, running or not. */
export async function listAllOf(clusterId: string): Promise<readonly string[]> {
  const containers = await containersOf(clusterId);
  return containers.flatMap(({ Names }) => Names.map((name) => name.replace(/^\//, ''))).sort();
}

/** Containers, and what they were attached to. */
export async function removeAllOf(clusterId: string): Promise<void> {
  await removeContainersOf(clusterId);
  const docker = rawDocker();
  const filters = { label: [`${CONTAINER_LABELS.cluster}=${clusterId}`] };
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes) await docker.getVolume(Name).remove();
}

async function removeContainersOf(clusterId: string): Promise<void> {
  const docker = rawDocker();
  for (const { Id } of await containersOf(clusterId)) {
    await docker
      .getContainer(Id)
      .remove({ force: true, v: true })
      .catch((thrown: { statusCode?: number }) => {
        if (thrown.statusCode !== 404 && thrown.statusCode !== 409) throw thrown; // gone, or going already
      });
  }
}

function containersOf(clusterId: string): Promise<Docker.ContainerInfo[]> {
  return rawDocker().listContainers({ all: true, filters: { label: [`${CONTAINER_LABELS.cluster}=${clusterId}`] } });
}
