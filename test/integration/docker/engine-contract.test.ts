// The contract suites of the simulated engine on the real one.

import { afterAll, beforeAll, describe } from 'vitest';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import { engineContract } from '../../sim/contract/engine.contract.ts';
import { engineAttachmentsContract } from '../../sim/contract/engine-attachments.contract.ts';
import { engineEventsContract } from '../../sim/contract/engine-events.contract.ts';
import { engineImagesContract } from '../../sim/contract/engine-images.contract.ts';
import type { EngineUnderTest } from '../../sim/contract/engine-under-test.ts';
import { engineSocket, newClusterId, removeAllOf, sessionImage } from '../../support/docker.ts';
import { expectDifferences } from '../../support/oracle/run.ts';
import { createRealHands } from './engine-hands.ts';

const home = { cluster: newClusterId(), nodeName: 'node-1' };
const engine = createDockerEngine({ socketPath: engineSocket(), ...home });
const given = (): EngineUnderTest => found;
const { hands, makeVolumeImage, removeForeign } = createRealHands(given);
/** Nobody should have such a container: the oracle has to see it, and to know that it is meant. */
const differs = (uid: string): void => expectDifferences({ uid, what: ['Config.Volumes', 'Mounts[/data]'] });
let found: EngineUnderTest;

beforeAll(async () => {
  const { reference, imageId } = await sessionImage();
  found = { engine, ...home, hands, image: { reference, id: imageId }, volumeImage: { id: imageId, differs } };
  found = { ...found, volumeImage: { id: await makeVolumeImage(), differs } };
});
afterAll(async () => {
  await removeAllOf(home.cluster);
  await removeForeign(); // volumes that containers of ours had are free now
});

describe('the real engine', () => {
  engineContract(given);
  engineEventsContract(given);
  engineImagesContract(given);
  engineAttachmentsContract(given);
});
