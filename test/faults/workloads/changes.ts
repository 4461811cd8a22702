// W7, W9, W10, W11: what changes around a session while it lives.

import { POLICY } from '../rig/lane.ts';
import { IMAGE, Violation, type World } from '../rig/world.ts';
import { READY, type Workload } from './workload.ts';

export const w7: Workload = {
  id: 'W7',
  what: 'a change of the spec that is refused, then Suspended and Running again: a new container',
  weight: 2,
  async run(world) {
    await world.create('s1');
    await world.until('s1', 'Running');
    const before = await world.containerOf('s1');
    const code = await world.patch('s1', { spec: { image: 'mcps.local/other:1' } });
    if (code !== 422) throw new Violation(`I4 a change of spec.image was answered with ${code}, not refused with 422`);
    await world.patch('s1', { spec: { operatingMode: 'Suspended' } });
    await world.until('s1', 'Suspended');
    await world.wait(
      'I4 session s1 is suspended, and has a container',
      async () => (await world.containerOf('s1')) === null,
    );
    await world.patch('s1', { spec: { operatingMode: 'Running' } });
    await world.until('s1', 'Running');
    if ((await world.containerOf('s1')) === before)
      throw new Violation('I4 the container of before the suspension came back');
    return { s1: READY };
  },
};

const lateImage = (world: World): string => `mcps.local/late-${world.fullName('image')}:1`;

export const w9: Workload = {
  id: 'W9',
  what: 'the image is missing, then present',
  weight: 2,
  loose: true,
  async run(world) {
    const image = lateImage(world);
    await world.create('s1', { image });
    await world.until('s1', 'ImagePullFailed');
    const [repo = '', tag = ''] = image.split(':');
    await world.lane.engine.call('POST', `/images/${IMAGE}/tag?repo=${repo}&tag=${tag}`);
    await world.until('s1', 'Running');
    return { s1: READY };
  },
  async cleanUp(world) {
    await world.lane.engine.call('DELETE', `/images/${lateImage(world)}?noprune=1&force=1`);
  },
};

const TIGHT_POLICY = POLICY.replace('{', '{maxPids: 20, ');

export const w10: Workload = {
  id: 'W10',
  what: 'policy is tightened while two sessions run: one is refused, one is let be',
  weight: 2,
  mayEnd: ['s1'],
  async run(world) {
    await world.create('s1');
    await world.create('s2', { resources: { pids: 15 } });
    await Promise.all(['s1', 's2'].map((alias) => world.until(alias, 'Running')));
    await world.lane.writePolicy(TIGHT_POLICY);
    await world.until('s1', 'PolicyRejected');
    return { s1: { is: 'waiting', reasons: ['PolicyRejected'] }, s2: READY };
  },
  cleanUp: (world) => world.lane.writePolicy(POLICY),
};

export const w11: Workload = {
  id: 'W11',
  what: 'the controller is stopped and a newer one takes over under another identity; its sessions notice nothing',
  weight: 2,
  async run(world) {
    const { lane } = world;
    await world.create('s1');
    await world.until('s1', 'Running');
    const before = await world.containerOf('s1');
    await world.create('s2'); // on its way
    const tookMs = await lane.controller.stop();
    if (tookMs === null) throw new Violation('F34 the controller did not end within 15 s of SIGTERM');
    lane.controllerStart = { ...lane.controllerStart, version: '0.0.1-faults', identity: `${lane.nodeName}-newer` };
    lane.controller.start();
    await world.until('s2', 'Running');
    await world.until('s1', 'Running');
    const after = await world.containerOf('s1');
    if (after !== before)
      throw new Violation(`I7 the container of s1 was ${before} before the upgrade, and is ${after} after it`);
    return { s1: READY, s2: READY };
  },
};
