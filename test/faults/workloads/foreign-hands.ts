// W14: somebody removes, kills, pauses or renames containers by hand.

import type { World } from '../rig/world.ts';
import { READY, type Workload } from './workload.ts';

async function act(world: World, alias: string, call: string): Promise<void> {
  const id = await world.containerOf(alias);
  if (id === null) return; // the fault of the plan was quicker
  const [method = 'POST', path = ''] = call.split(' ');
  await world.lane.engine.call(method, `/containers/${id}${path}`);
}

export const w14: Workload = {
  id: 'W14',
  what: 'containers are removed, killed and paused by hand, under Recreate and Retain',
  weight: 4,
  loose: true,
  async run(world) {
    await world.create('s1', { failurePolicy: 'Recreate' });
    await world.create('s2', { failurePolicy: 'Retain' });
    await world.create('s3', { failurePolicy: 'Recreate' });
    await world.create('s4', { failurePolicy: 'Retain' });
    const all = ['s1', 's2', 's3', 's4'];
    await Promise.all(all.map((alias) => world.until(alias, 'Running')));
    const before = new Map<string, string | null>();
    for (const alias of all) before.set(alias, await world.containerOf(alias));
    await act(world, 's1', 'DELETE ?force=1');
    await act(world, 's2', 'DELETE ?force=1');
    await act(world, 's3', 'POST /kill');
    await act(world, 's4', 'POST /pause');
    await world.until('s2', 'ContainerLost');
    await world.until('s4', 'ContainerLost');
    for (const alias of ['s1', 's3']) {
      await world.wait(`I3 session ${alias} has no new container`, async () => {
        const now = await world.containerOf(alias);
        return now !== null && (alias === 's3' || now !== before.get(alias));
      });
      await world.until(alias, 'Running');
    }
    await act(world, 's4', 'POST /unpause');
    await world.until('s4', 'Running');
    return { s1: READY, s2: { is: 'finished', reasons: ['ContainerLost'] }, s3: READY, s4: READY };
  },
};
