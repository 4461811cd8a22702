// W16: an image that declares a volume, where policy has switched the rule against it off.

import { VOLUME_IMAGE, VOLUME_TARGET } from '../rig/images.ts';
import { POLICY } from '../rig/lane.ts';
import { GONE, type Workload } from './workload.ts';

const NO_RULES = `${POLICY}yolo: {enabled: true, acknowledge: every session can take over its node}\n`;

export const w16: Workload = {
  id: 'W16',
  what: 'under policy yolo an image declares a volume: the proof finds it and the container goes, and the volume with it',
  weight: 2,
  loose: true,
  excused: new RegExp(`^I8 .* (?:Mounts\\[${VOLUME_TARGET}\\] is |Config\\.Volumes is {"${VOLUME_TARGET}":{}})`),
  mayEnd: ['s1', 's2'],
  async run(world) {
    await world.lane.writePolicy(NO_RULES);
    await world.create('s1', { image: VOLUME_IMAGE });
    await world.until('s1', 'IsolationFailed');
    await world.create('s2', { image: VOLUME_IMAGE });
    await world.wait('I4 nothing is made for session s2', () =>
      [...world.lane.observer.containers.values()].some(({ name }) => name === world.fullName('s2')),
    );
    await Promise.all(['s1', 's2'].map((alias) => world.delete(alias)));
    await Promise.all(['s1', 's2'].map((alias) => world.untilGone(alias)));
    return { s1: GONE, s2: GONE };
  },
  cleanUp: (world) => world.lane.writePolicy(POLICY),
};
