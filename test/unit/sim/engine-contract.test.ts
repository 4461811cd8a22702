// The contract suites of a container engine on the simulated one, whose messages are let through as they come.

import { afterAll, beforeAll, describe } from 'vitest';

import { sha256Hex } from '../../../src/lib/sha256.ts';
import type { ImageFacts } from '../../../src/model/container.ts';
import { engineContract } from '../../sim/contract/engine.contract.ts';
import { engineAttachmentsContract } from '../../sim/contract/engine-attachments.contract.ts';
import { engineEventsContract } from '../../sim/contract/engine-events.contract.ts';
import { engineImagesContract } from '../../sim/contract/engine-images.contract.ts';
import { aSubject, type EngineHands, type EngineUnderTest } from '../../sim/contract/engine-under-test.ts';
import { createEnginePort } from '../../sim/engine/engine-port.ts';
import { type SimContainer, SimEngine } from '../../sim/engine/sim-engine.ts';
import { Scheduler } from '../../sim/kit/scheduler.ts';
import { WORLD_START_MS } from '../../sim/kit/sim-clock.ts';
import { factsOfNode } from '../../sim/world/templates.ts';

const scheduler = new Scheduler();
let looks = 0;
/** Goes on a little whenever somebody looks, so that nothing happens at the time of something else. */
const now = (): number => WORLD_START_MS + 123 + scheduler.nowMs + 7 * looks++;
let ids = 0;
const facts = factsOfNode('node-1');
const observer = { creates: () => {}, starts: () => {}, ends: () => {}, leavesVolumes: () => {} };
const engine = new SimEngine({ facts, now, observer, newId: () => sha256Hex(`contract ${ids++}`) });
const link = {
  actor: { name: 'test', alive: true },
  to: 'the engine',
  state: 'up' as const,
  held: null,
  lagging: null,
  trap: null,
};

const image = (name: string, volumes: readonly string[]): ImageFacts => {
  const found: ImageFacts = {
    id: `sha256:${sha256Hex(name)}`,
    repoDigests: [],
    env: [],
    volumes,
    labels: [],
    workingDir: '',
  };
  engine.images.set(`example.test/${name}:1`, found);
  return found;
};

function found(id: string): SimContainer {
  const container = engine.find(id);
  if (container === null) throw new Error(`no container ${id}`);
  return container;
}

const otherNode = 'node-2';
const hands: EngineHands = {
  makeForeignContainer: async (name) => {
    const container = engine.put(name, null);
    engine.run(container);
    return container.id;
  },
  makeContainerOfOtherNode: async () => {
    const { name, spec } = aSubject({ ...given(), nodeName: otherNode });
    return engine.put(name, spec).id;
  },
  makeForeignVolume: async (name) => void engine.attachments.volumes.set(name, null),
  makeWorkspaceOfOtherNode: async (spec) =>
    void engine.attachments.volumes.set(spec.name, { ...spec, identity: { ...spec.identity, node: otherNode } }),
  makeForeignNetwork: async (name) => engine.attachments.putNetwork(name, null),
  makeNetworkOfOtherNode: async ({ name, identity }) =>
    engine.attachments.putNetwork(name, { ...identity, node: otherNode }),
  awaitMain: async () => {},
  awaitEnd: async (id, end) => engine.exit(found(id), end),
  pause: async (id) => engine.pause(found(id)),
  removeContainer: async (id) => engine.destroy(found(id)),
  anonymousVolumesOf: async (id) => (engine.anonymousVolumes.has(id) ? [id] : []),
  volumeExists: async (name) => engine.attachments.volumes.has(name) || engine.anonymousVolumes.has(name),
};
const subject: EngineUnderTest = {
  engine: createEnginePort({ scheduler, engine, link, now }),
  cluster: facts.cluster,
  nodeName: facts.nodeName,
  image: { reference: 'example.test/plain:1', id: image('plain', []).id },
  volumeImage: { id: image('volume', ['/data']).id, differs: () => {} },
  hands,
};
const given = (): EngineUnderTest => subject;
let pump: NodeJS.Immediate;

beforeAll(() => {
  const turn = (): void => {
    scheduler.run(0);
    pump = setImmediate(turn);
  };
  turn();
});
afterAll(() => clearImmediate(pump));

describe('the simulated engine', () => {
  engineContract(given);
  engineEventsContract(given);
  engineImagesContract(given);
  engineAttachmentsContract(given);
});
