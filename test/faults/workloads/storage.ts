// W15: a session with a network and a kept workspace of its own.

import type { World } from '../rig/world.ts';
import { Violation } from '../rig/world.ts';
import { GONE, READY, type Workload } from './workload.ts';

const SPEC = { network: { mode: 'isolated' }, workspace: { medium: 'Disk', persistent: true } };

export const w15: Workload = {
  id: 'W15',
  what: 'an isolated network and a kept workspace on disk: through Suspended and back, and gone with the session',
  weight: 3,
  async run(world) {
    await world.create('s1', SPEC);
    await world.create('s2', { network: { mode: 'isolated' } });
    await Promise.all(['s1', 's2'].map((alias) => world.until(alias, 'Running')));
    await world.patch('s1', { spec: { operatingMode: 'Suspended' } });
    await world.until('s1', 'Suspended');
    await world.wait(
      'I4 session s1 is suspended, and has a container',
      async () => (await world.containerOf('s1')) === null,
    );
    await world.patch('s1', { spec: { operatingMode: 'Running' } });
    await world.until('s1', 'Running');
    if (removals(world) > 0) throw new Violation('I6 the kept workspace of s1 did not outlive its suspension');
    await world.delete('s1');
    await world.untilGone('s1');
    return { s1: GONE, s2: READY };
  },
};

/** Of volumes of s1. The engine's own time of creation is that of the last change of the directory. */
const removals = (world: World): number =>
  (world.lane.hooks?.director.effects ?? []).filter(({ kind, session }) => kind === 'volume-remove' && session === 's1')
    .length;
