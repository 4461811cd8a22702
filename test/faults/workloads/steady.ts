// W0: two sessions run and a third one starts while a fault of the catalogue does its work; nobody may lose a container by it.

import { catalogueFault } from '../catalogue/all.ts';
import { Violation, type World } from '../rig/world.ts';
import { GONE, READY, type Workload } from './workload.ts';

export const w0: Workload = {
  id: 'W0',
  what: 'two sessions run, a third one starts, and a fault of the catalogue happens',
  weight: 2,
  loose: true,
  async run(world) {
    const { fault } = world;
    await world.create('s1', { failurePolicy: 'Recreate' });
    await world.create('s2', { failurePolicy: 'Recreate' });
    await Promise.all(['s1', 's2'].map((alias) => world.until(alias, 'Running')));
    const before = await containers(world);
    await world.create('s3');
    const found = fault === null ? null : catalogueFault(fault);
    if (found !== null) await found.run(world.disturb());
    const s2 = fault === 'F10' ? GONE : READY; // deleted by the fault itself
    const left = s2 === GONE ? ['s1', 's3'] : ['s1', 's2', 's3'];
    await Promise.all(left.map((alias) => world.until(alias, 'Running')));
    const after = await containers(world);
    if (found?.mayReplace !== true) {
      for (const alias of ['s1', 's2'] as const) {
        const same = before[alias] === after[alias] || (alias === 's2' && s2 === GONE);
        if (!same)
          throw new Violation(
            `I7 session ${alias} had container ${before[alias]}, and has ${after[alias]} after the fault`,
          );
      }
    }
    await world.delete('s1');
    await world.untilGone('s1');
    return { s1: GONE, s2, s3: READY };
  },
};

async function containers(world: World): Promise<Readonly<Record<'s1' | 's2', string | null>>> {
  return { s1: await world.containerOf('s1'), s2: await world.containerOf('s2') };
}
