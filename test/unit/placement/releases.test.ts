// Deleted sessions whose node is silent, or gone for good: kept while their container may still run, and never for ever.

import { expect, test } from 'vitest';
import { FINALIZER } from '../../../src/model/names.ts';
import { createPlacementWorld, type PlacementWorld, type SessionChange } from '../../support/placement-world.ts';
import { STORY_START_MS } from '../../support/story.ts';

const FOREIGN = 'example.com/audit';
const assignedTo = (nodeName: string) => ({
  assignment: { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: '2026-11-20T12:00:00Z' },
});
const DELETED = { finalizers: [FINALIZER], deletionMs: STORY_START_MS };
const HELD =
  'the session is deleted and waits for node a, which has fallen silent: its container may still run there. Bring a back; or, if the machine is off for good, say so with `kubectl delete mcpn a`';
const RELEASED =
  'node a is gone for good, because it is silent and its McpNode was deleted; the session is deleted without a look at its container. Should a come back, its controller removes what is left there first';

/** Two nodes, and a session on "a" that is being deleted; then "a" falls silent. */
async function deletedOnSilentNode(change: SessionChange = {}) {
  const world = createPlacementWorld();
  for (const name of ['a', 'b']) await world.putNode(name);
  world.put('going', { meta: DELETED, status: assignedTo('a'), ...change });
  const placement = world.start();
  await world.settle();
  await world.silence('a');
  return { world, placement };
}

const exists = (world: PlacementWorld, name: string): boolean => world.all().some(({ meta }) => meta.name === name);

test('while the node is lost the session stays, and says once what it waits for and what to do', async () => {
  const { world, placement } = await deletedOnSilentNode();
  await world.pass(45_000);
  expect(world.ready('going')).toBe(`NodeLost: ${HELD}`);
  await world.pass(600_000);
  expect(world.get('going').meta.finalizers).toEqual([FINALIZER]);
  expect(world.events).toEqual([`going NodeLost: ${HELD}`]);
  expect(world.count.writes).toBe(1);
  await placement.stop();
});

test('a session that was told of the loss and is deleted later is told that too', async () => {
  const { world, placement } = await deletedOnSilentNode({ meta: { finalizers: [FINALIZER] } });
  await world.pass(60_000);
  expect(world.ready('going')).toContain('the session stays with it');
  world.change('going', (session) => ({ ...session, meta: { ...session.meta, ...DELETED } }));
  await world.settle();
  expect(world.ready('going')).toBe(`NodeLost: ${HELD}`);
  expect(world.events.at(-1)).toBe(`going NodeLost: ${HELD}`);
  await placement.stop();
});

test('one that is over keeps its last word, and the event tells', async () => {
  const finishedAt = '2026-11-20T12:00:00Z';
  const { world, placement } = await deletedOnSilentNode({ status: { ...assignedTo('a'), finishedAt } });
  await world.pass(120_000);
  expect(world.get('going').status.finishedAt).toBe(finishedAt);
  expect(world.events).toEqual([`going NodeLost: ${HELD}`]);
  expect(world.count.writes).toBe(0);
  await placement.stop();
});

test('when an administrator deletes the McpNode of a lost node, its deleted sessions go, with an event, and no others', async () => {
  const { world, placement } = await deletedOnSilentNode();
  world.put('kept', { meta: { finalizers: [FINALIZER] }, status: assignedTo('a') });
  await world.pass(120_000);
  world.removeNode('a');
  await world.settle();
  expect(exists(world, 'going')).toBe(false);
  expect(exists(world, 'kept')).toBe(true);
  expect(world.events).toContain(`going NodeLost: ${RELEASED}`);
  await placement.stop();
});

test('a session that is deleted after that goes at once', async () => {
  const { world, placement } = await deletedOnSilentNode();
  world.removeNode('a');
  await world.pass(120_000);
  world.put('late', { meta: DELETED, status: assignedTo('a') });
  await world.settle();
  expect(world.all()).toEqual([]);
  await placement.stop();
});

test('an McpNode that is deleted while its controller lives frees nothing: it is written again', async () => {
  const { world, placement } = await deletedOnSilentNode();
  world.wake('a');
  world.removeNode('a');
  await world.pass(300_000);
  expect(world.get('going').meta.finalizers).toEqual([FINALIZER]);
  expect(world.count.writes).toBe(0);
  await placement.stop();
});

test('a node that was deleted and has been silent for less than a minute is not gone yet', async () => {
  const { world, placement } = await deletedOnSilentNode();
  world.removeNode('a');
  await world.pass(50_000);
  expect(exists(world, 'going')).toBe(true);
  await world.pass(15_000);
  expect(exists(world, 'going')).toBe(false);
  await placement.stop();
});

test('that the watch knows no McpNode is not enough: the API server is asked', async () => {
  const { world, placement } = await deletedOnSilentNode();
  world.putNodeUntold('a');
  world.removeNode('a');
  await world.pass(300_000);
  expect(world.get('going').meta.finalizers).toEqual([FINALIZER]);
  await placement.stop();
});

test('an API server that is away frees nothing, and a write that meets another one is made again', async () => {
  const { world, placement } = await deletedOnSilentNode();
  world.removeNode('a');
  world.setServerAway(true);
  await world.pass(300_000);
  expect(exists(world, 'going')).toBe(true);
  world.faults.push('conflict', 'lost-request');
  world.setServerAway(false);
  await world.pass(150_000);
  expect(exists(world, 'going')).toBe(false);
  await placement.stop();
});

test('finalizers of others stay', async () => {
  const { world, placement } = await deletedOnSilentNode({ meta: { ...DELETED, finalizers: [FOREIGN, FINALIZER] } });
  world.removeNode('a');
  await world.pass(120_000);
  expect(world.get('going').meta.finalizers).toEqual([FOREIGN]);
  const { writes } = world.count;
  await world.pass(120_000);
  expect(world.count.writes).toBe(writes);
  await placement.stop();
});

test('a session that never had a node, restored with its finalizer for example, goes when it is deleted', async () => {
  const world = createPlacementWorld();
  const placement = world.start();
  world.put('restored', { meta: DELETED });
  await world.settle();
  expect(world.all()).toEqual([]);
  expect(world.events).toEqual(['restored Deleted: no node ever had the session, so there is no container']);
  await placement.stop();
});

test('a new leader frees nothing before it has counted the silence itself', async () => {
  const { world, placement } = await deletedOnSilentNode();
  await world.pass(55_000);
  await placement.stop();
  world.removeNode('a');
  const second = world.start('placement-2');
  await world.pass(30_000);
  expect(exists(world, 'going')).toBe(true);
  await world.pass(60_000);
  expect(exists(world, 'going')).toBe(false);
  await second.stop();
});
