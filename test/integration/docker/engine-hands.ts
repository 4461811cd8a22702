// What others do on the real engine while the contract suite of engines runs, and the removal of all that they made.

import { randomInt } from 'node:crypto';

import type Docker from 'dockerode';

import { attachmentLabels } from '../../../src/docker/attachment-labels.ts';
import { createDockerEngine } from '../../../src/docker/engine.ts';
import { aSubject, type EngineHands, type EngineUnderTest, seen } from '../../sim/contract/engine-under-test.ts';
import { engineSocket, rawDocker } from '../../support/docker.ts';
import { runPrefix } from '../../support/oracle/run.ts';
import { waitFor } from '../../support/wait-for.ts';

const { signal } = new AbortController();
const OTHER_NODE = 'node-2';
const isAbsent = (thrown: unknown): boolean => (thrown as { statusCode?: number }).statusCode === 404; // as dockerode throws

export interface RealHands {
  readonly hands: EngineHands;
  /** Id of an image with VOLUME /data. */
  readonly makeVolumeImage: () => Promise<string>;
  /** What has no labels of ours; the rest goes with its cluster. */
  readonly removeForeign: () => Promise<void>;
}

export function createRealHands(given: () => EngineUnderTest): RealHands {
  const docker = rawDocker();
  const made: { readonly remove: () => Promise<unknown> }[] = [];
  let nets = randomInt(64);
  const noted = <T extends { remove: (options?: object) => Promise<unknown> }>(each: T): T => {
    made.unshift({ remove: () => each.remove({ force: true }) });
    return each;
  };
  const foreign = async (name: string): Promise<Docker.Container> =>
    noted(await docker.createContainer({ name, Image: given().image.id, Cmd: ['sleep', '600'] }));
  const network = async (name: string, labels: Record<string, string>): Promise<string> => {
    // Addresses like those of our own networks: the engine's pools are small.
    const Subnet = `198.19.254.${4 * (nets++ % 64)}/30`;
    const options = { Name: name, Internal: true, IPAM: { Driver: 'default', Config: [{ Subnet }] }, Labels: labels };
    return noted(await docker.createNetwork(options)).id;
  };
  const volume = async (name: string, labels: Record<string, string>): Promise<void> => {
    await docker.createVolume({ Name: name, Labels: labels });
    noted(docker.getVolume(name));
  };
  const otherNode = () =>
    createDockerEngine({ socketPath: engineSocket(), cluster: given().cluster, nodeName: OTHER_NODE });
  const hands: EngineHands = {
    makeForeignContainer: async (name) => {
      const container = await foreign(name);
      await container.start();
      return container.id;
    },
    makeContainerOfOtherNode: async () => {
      const { spec } = aSubject({ ...given(), nodeName: OTHER_NODE });
      return (await otherNode().create(spec, signal)).id;
    },
    makeForeignVolume: (name) => volume(name, {}),
    makeWorkspaceOfOtherNode: ({ name, identity }) => volume(name, attachmentLabels({ ...identity, node: OTHER_NODE })),
    makeForeignNetwork: (name) => network(name, {}),
    makeNetworkOfOtherNode: ({ name, identity }) => network(name, attachmentLabels({ ...identity, node: OTHER_NODE })),
    awaitMain: (id) =>
      waitFor('the main process is there', async () => {
        const { Processes } = (await docker.getContainer(id).top()) as { Processes: string[][] }; // typed as any
        return Processes.some((columns) => columns.at(-1)?.startsWith('sleep') === true);
      }).then(() => {}),
    awaitEnd: (id) =>
      waitFor('the main process ended', async () => (await seen(given(), id)).state === 'exited').then(() => {}),
    pause: (id) => docker.getContainer(id).pause(),
    removeContainer: (id) => docker.getContainer(id).remove({ force: true, v: true }),
    anonymousVolumesOf: async (id) =>
      (await docker.getContainer(id).inspect()).Mounts.flatMap(({ Type, Name }) =>
        Type === 'volume' && Name !== undefined ? [Name] : [],
      ),
    // Noted too: the engine makes a volume without any labels for a mount.
    volumeExists: async (name) => {
      try {
        await noted(docker.getVolume(name)).inspect();
        return true;
      } catch (thrown) {
        if (isAbsent(thrown)) return false;
        throw thrown;
      }
    },
  };
  return {
    hands,
    makeVolumeImage: async () => {
      const container = await foreign(`${runPrefix()}volume-image`);
      const tag = { repo: 'mcps.local/engine-contract', tag: `${runPrefix()}1` };
      const { Id } = (await container.commit({ ...tag, changes: 'VOLUME /data' })) as { Id: string }; // the engine's documented answer
      noted(docker.getImage(Id));
      return Id;
    },
    removeForeign: async () => {
      for (const { remove } of made) {
        await remove().catch((thrown: unknown) => {
          if (!isAbsent(thrown)) throw thrown;
        });
      }
    },
  };
}
