// W6 and W13: many sessions at once.

import { SESSIONS_PATH } from '../rig/api.ts';
import type { Expected, World } from '../rig/world.ts';
import { GONE, READY, type Workload } from './workload.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `s${index + 1}`);

const createAll = async (world: World, aliases: readonly string[]): Promise<void> => {
  await Promise.all(aliases.map((alias) => world.create(alias)));
};

export const w6: Workload = {
  id: 'W6',
  what: '20 sessions in parallel, half of them deleted',
  weight: 12,
  async run(world) {
    const all = names(20);
    await createAll(world, all);
    await Promise.all(all.map((alias) => world.until(alias, 'Running')));
    const deleted = all.filter((_, index) => index % 2 === 0);
    await Promise.all(deleted.map((alias) => world.delete(alias)));
    await Promise.all(deleted.map((alias) => world.untilGone(alias)));
    return Object.fromEntries(all.map((alias, index): [string, Expected] => [alias, index % 2 === 0 ? GONE : READY]));
  },
};

export const w13: Workload = {
  id: 'W13',
  what: 'what the deletion of a namespace with 30 sessions comes to: all of them are deleted at once, some before they run',
  weight: 16,
  loose: true,
  async run(world) {
    const all = names(30);
    await createAll(world, all);
    await Promise.all(all.slice(0, 10).map((alias) => world.until(alias, 'Running')));
    // No kube-controller-manager here: its namespace controller would send this one request (control-plane.md 5).
    await world.lane.cluster.api.must('DELETE', SESSIONS_PATH);
    await Promise.all(all.map((alias) => world.untilGone(alias)));
    return Object.fromEntries(all.map((alias) => [alias, GONE] as const));
  },
};
