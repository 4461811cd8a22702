// W12 and W12b: a node is drained, or lost; its session goes on elsewhere.

import type { World } from '../rig/world.ts';
import { pause, Violation } from '../rig/world.ts';
import { READY, type Workload } from './workload.ts';

const NODES = '/apis/mcpsession.dev/v1alpha1/mcpnodes';
const MERGE = 'application/merge-patch+json';
/** A node is lost after 35 s of silence and its sessions move after 60 s (docs/placement.md). */
const SILENT_MS = 65_000;

const onNode = (node: string) => ({ failurePolicy: 'Recreate', nodeSelector: { 'kubernetes.io/hostname': node } });
const ANYWHERE = { failurePolicy: 'Recreate', nodeSelector: {} };

async function openBoth(world: World): Promise<string> {
  const { nodeName, controller } = await world.lane.otherNode();
  if (!controller.running) controller.start();
  await controller.ready;
  return nodeName;
}

const nodeOf = (world: World, alias: string): string => world.session(alias)?.status?.assignment?.nodeName ?? '';

async function drain(world: World, nodeName: string, how: { readonly noticeSeconds: number } | null): Promise<void> {
  await world.lane.cluster.api.must('PATCH', `${NODES}/${nodeName}`, { spec: { drain: how } }, MERGE);
}

export const w12: Workload = {
  id: 'W12',
  what: 'a node is drained: its session starts on another one under a new generation, and the drain is taken back',
  weight: 6,
  loose: true,
  mayEnd: ['s1'],
  async run(world) {
    const first = world.lane.nodeName;
    const other = await openBoth(world);
    await world.create('s2', onNode(other));
    await world.until('s2', 'Running');
    await drain(world, other, { noticeSeconds: 3_600 }); // so that s1 goes to the first node
    await world.create('s1', ANYWHERE);
    await world.until('s1', 'Running');
    if (nodeOf(world, 's1') !== first) throw new Violation(`I4 session s1 was placed on a node that is being drained`);
    await drain(world, other, null);
    await drain(world, first, { noticeSeconds: 0 });
    await world.wait('I3 session s1 does not leave its drained node', () => nodeOf(world, 's1') === other);
    await world.until('s1', 'Running');
    await drain(world, first, null);
    const generation = world.session('s1')?.status?.assignment?.instanceGeneration ?? 0;
    if (generation < 2) throw new Violation(`I2 session s1 moved and kept generation ${generation}`);
    return { s1: READY, s2: READY };
  },
  cleanUp: forgetDrains,
};

export const w12b: Workload = {
  id: 'W12b',
  what: 'a node is lost: its session starts elsewhere; when the node returns, the stale container goes',
  weight: 40,
  loose: true,
  mayEnd: ['s1'],
  async run(world) {
    const { lane } = world;
    const other = await openBoth(world);
    await drain(world, other, { noticeSeconds: 3_600 });
    await world.create('s1', ANYWHERE);
    await world.until('s1', 'Running');
    await drain(world, other, null);
    lane.controller.kill(null);
    world.lastFaultMs = performance.now() + SILENT_MS;
    await world.until('s1', 'NodeLost');
    await world.wait('I3 session s1 does not leave its lost node', () => nodeOf(world, 's1') === other);
    await world.until('s1', 'Running');
    lane.controller.start();
    await lane.controller.ready;
    await pause(1_000);
    return { s1: READY };
  },
  cleanUp: forgetDrains,
};

async function forgetDrains(world: World): Promise<void> {
  const { nodeName } = await world.lane.otherNode();
  for (const name of [nodeName, world.lane.nodeName]) {
    await world.lane.cluster.api.call('PATCH', `${NODES}/${name}`, { spec: { drain: null } }, MERGE);
  }
}
