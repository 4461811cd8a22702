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
    const before = await volumeOf(world);
    await world.patch('s1', { spec: { operatingMode: 'Suspended' } });
    await world.until('s1', 'Suspended');
    await world.wait(
      'I4 session s1 is suspended, and has a container',
      async () => (await world.containerOf('s1')) === null,
    );
    await world.patch('s1', { spec: { operatingMode: 'Running' } });
    await world.until('s1', 'Running');
    const after = await volumeOf(world);
    if (before === null || after !== before)
      throw new Violation(`I6 the kept workspace of s1 was made at ${before}, and at ${after} after the suspension`);
    await world.delete('s1');
    await world.untilGone('s1');
    return { s1: GONE, s2: READY };
  },
};

/** When the volume of s1 was made: another one under its name would be another workspace. */
async function volumeOf(world: World): Promise<string | null> {
  const uid = world.session('s1')?.metadata.uid ?? '';
  const filters = encodeURIComponent(JSON.stringify({ label: [`mcpsession.dev/uid=${uid}`] }));
  const { body } = await world.lane.engine.call('GET', `/volumes?filters=${filters}`);
  const { Volumes } = body as { readonly Volumes: readonly { readonly CreatedAt: string }[] | null }; // the engine's documented answer
  return Volumes?.[0]?.CreatedAt ?? null;
}
