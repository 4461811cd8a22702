// A drain with notice, taken back and carried through; with the rights of the roles and the admission floor in force.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNodeStore } from '../../../src/kube/node-store.ts';
import { conditionOf } from '../../../src/model/conditions.ts';
import { waitFor } from '../../support/wait-for.ts';
import { openPlacementRig, type PlacementRig } from './placement-rig.ts';

const LIMITS = { perNode: 10, perNamespace: 50, perOwner: 50, cpuRequest: '10m', memoryRequest: '16Mi' };
const NOTICE_SECONDS = 12;
const { signal: never } = new AbortController();
let rig: PlacementRig;

beforeAll(async () => {
  rig = await openPlacementRig({ limits: LIMITS }, ['a', 'b']);
  await rig.startNode('a');
});
afterAll(() => rig[Symbol.asyncDispose]());

const seconds = (sinceMs: number): number => Math.round((performance.now() - sinceMs) / 100) / 10;

async function patchNode(name: string, spec: unknown): Promise<void> {
  const patch = ['patch', 'mcpn', rig.nodeName(name), '--type=merge', '-p', JSON.stringify({ spec })];
  const patched = await rig.server.kubectl(patch);
  expect(patched.stderr).toBe('');
}

async function draining(name: string): Promise<string> {
  const node = await createNodeStore(rig.admin).read(rig.nodeName(name), never);
  const condition = conditionOf(node?.status.conditions, 'Draining');
  return condition === null ? '' : `${condition.status} ${condition.reason}: ${condition.message}`;
}

test('a drain is told, can be taken back, and empties the node without a loss that is not reported', async () => {
  await rig.create('retained');
  await rig.create('recreated', { failurePolicy: 'Recreate' });
  await rig.create('suspended', { failurePolicy: 'Recreate' });
  for (const name of ['retained', 'recreated', 'suspended']) await rig.ready(name);
  const suspend = ['patch', 'mcps', 'suspended', '-n', rig.namespace, '--type=merge', '-p'];
  await rig.server.kubectl([...suspend, '{"spec":{"operatingMode":"Suspended"}}']);
  await waitFor('Suspended', async () => (await rig.get('suspended')).status.vacatedGeneration === 1);
  await rig.startNode('b');

  await patchNode('a', { drain: { noticeSeconds: 600 } });
  await waitFor('the notice', async () => (await rig.said('retained')).includes('the session ends then'));
  expect(await draining('a')).toMatch(/^True Notice: no new sessions; from 2\S+ on .*; 2 sessions are left$/);
  await rig.create('elsewhere');
  await rig.ready('elsewhere');
  expect((await rig.get('elsewhere')).status.assignment?.nodeName).toBe(rig.nodeName('b'));
  await patchNode('a', { drain: null });
  await waitFor('the end of the notice', async () => !(await rig.said('retained')).includes('drained'));
  await waitFor('the condition', async () => (await draining('a')) === 'False NotDraining: ');

  await patchNode('a', { drain: { noticeSeconds: NOTICE_SECONDS } });
  const begunMs = performance.now();
  await waitFor('the notice again', async () => (await draining('a')).startsWith('True Notice'));
  await waitFor('a drained node', async () => (await draining('a')).startsWith('True Drained'), 90_000);
  const drainedSeconds = seconds(begunMs);
  const onNode = (await rig.samples()).filter(({ node }) => node === rig.nodeName('a'));
  expect(onNode.filter(({ running }) => running)).toEqual([]);
  expect(await rig.said('retained')).toContain('NodeLost: node');
  expect((await rig.get('retained')).status.finishedAt).toMatch(/^2/);
  const moved = await waitFor('the session elsewhere', async () => {
    const session = await rig.get('recreated');
    return session.status.assignment?.nodeName === rig.nodeName('b') ? session : null;
  });
  expect(moved.status.assignment).toMatchObject({ instanceGeneration: 2 });
  await rig.ready('recreated');
  const elsewhereSeconds = seconds(begunMs);

  await rig.server.kubectl([...suspend, '{"spec":{"operatingMode":"Running"}}']);
  const resumed = await rig.ready('suspended');
  expect(resumed.status.assignment).toMatchObject({ nodeName: rig.nodeName('b'), instanceGeneration: 2 });
  await patchNode('a', { drain: null });
  await waitFor('the end of the drain', async () => (await draining('a')) === 'False NotDraining: ');
  console.log(
    `drain with a notice of ${NOTICE_SECONDS} s: drained after ${drainedSeconds} s, moved session ready after ${elsewhereSeconds} s`,
  );
}, 240_000);
