import { expect, test } from 'vitest';
import { aNodeWithSession, type NodeWithSession } from './deadline-rig.ts';

const TTL_SECONDS = 60;
const lifetime = { ttlSeconds: TTL_SECONDS, idleTimeoutSeconds: 0 };

const LEASE_MS = 10_000;

const lateMs = ({ world, startMs }: NodeWithSession, seconds = TTL_SECONDS) =>
  (world.ends[0]?.atMs ?? Number.NaN) - (startMs + seconds * 1000);

test('a session ends within ten seconds of its deadline while the API server is away, and is reported as expired later', async () => {
  const node = aNodeWithSession({ lifetime });
  await node.startProcess({ serves: node.servesFor(LEASE_MS) });
  await node.clock.advance(20_000);
  node.setApiAway(true);
  await node.clock.advance(60_000);
  expect(node.own()).toBeNull();
  expect(lateMs(node)).toBeGreaterThanOrEqual(0);
  expect(lateMs(node)).toBeLessThan(10_000);
  expect(node.reason()).toBe('Running'); // nobody could be told
  node.setApiAway(false);
  await node.clock.advance(61_000);
  expect(node.reason()).toBe('SessionExpired');
  expect(node.world.server.status.finishedAt).toBeDefined();
});

test('also when the controller is killed and restarted meanwhile, and never gets the node back before the deadline', async () => {
  const node = aNodeWithSession({ lifetime });
  const first = await node.startProcess({ serves: node.servesFor(LEASE_MS) });
  await node.clock.advance(20_000);
  node.setApiAway(true);
  await first.kill();
  let serves = false;
  await node.startProcess({ serves: () => serves });
  await node.clock.advance(60_000);
  expect(node.own()).toBeNull();
  expect(lateMs(node)).toBeLessThan(10_000);
  node.setApiAway(false);
  serves = true;
  await node.clock.advance(61_000);
  expect(node.reason()).toBe('SessionExpired');
});

test('a longer lifetime that is the first thing seen after the outage is honoured', async () => {
  const node = aNodeWithSession({ lifetime });
  const first = await node.startProcess({ serves: () => true });
  await node.clock.advance(20_000);
  await first.kill();
  node.patch({ ttlSeconds: 3600 }); // nobody was there to see it
  node.setApiAway(true);
  await node.startProcess({ serves: () => false });
  await node.clock.advance(39_500);
  node.setApiAway(false);
  await node.clock.advance(30_000);
  expect(node.isRunning()).toBe(true);
});

test('a keeper that sees the node in other hands ends nothing', async () => {
  const node = aNodeWithSession({ lifetime });
  const first = await node.startProcess({ serves: () => true });
  await node.clock.advance(1_000);
  await first.kill();
  node.world.holder = 'controller-2';
  await node.startProcess({ serves: () => false });
  await node.clock.advance(120_000);
  expect(node.isRunning()).toBe(true);
});

test('a container with another UID under the name is left alone', async () => {
  const node = aNodeWithSession({ lifetime });
  const first = await node.startProcess({ serves: () => true });
  await node.clock.advance(1_000);
  await first.kill();
  node.setApiAway(true);
  node.world.containers = node.world.containers.map((each) => ({
    ...each,
    spec: { ...each.spec, identity: { ...each.spec.identity, uid: 'another' } },
  }));
  await node.startProcess({ serves: () => false });
  await node.clock.advance(120_000);
  expect(node.world.ends).toEqual([]);
});

test('a session whose end was told stays ended when it is given more time afterwards', async () => {
  const node = aNodeWithSession({ lifetime });
  await node.startProcess({ serves: node.servesFor(LEASE_MS) });
  await node.clock.advance(20_000);
  node.setApiAway(true);
  await node.clock.advance(45_000);
  expect(node.own()).toBeNull();
  node.patch({ ttlSeconds: 3600 });
  node.setApiAway(false);
  await node.clock.advance(61_000);
  expect(node.reason()).toBe('SessionExpired');
  expect(node.own()).toBeNull();
});

test('a session that was told to be over does not come back while the engine is slow to end it', async () => {
  const node = aNodeWithSession({ lifetime });
  await node.startProcess({ serves: () => true });
  node.world.engineIsBusy = true;
  await node.clock.advance(61_000);
  expect(node.reason()).toBe('SessionExpired');
  expect(node.isRunning()).toBe(true);
  node.patch({ ttlSeconds: 3600 });
  await node.clock.advance(5_000);
  node.world.engineIsBusy = false;
  await node.clock.advance(61_000);
  expect(node.own()).toBeNull();
  expect(node.reason()).toBe('SessionExpired');
});

test('an idle session ends in time without the API server; one in which a command runs does not', async () => {
  for (const busy of [false, true]) {
    const node = aNodeWithSession({ lifetime: { ttlSeconds: 3600, idleTimeoutSeconds: 30 } });
    const first = await node.startProcess({ serves: node.servesFor(LEASE_MS) });
    await node.clock.advance(10_000);
    first.grants.noteActivity(node.uid, { lastActivityMs: node.clock.nowMs(), busy });
    await node.clock.advance(6_000);
    node.setApiAway(true);
    await first.kill();
    await node.startProcess({ serves: () => false });
    await node.clock.advance(100_000);
    expect(node.isRunning()).toBe(busy);
    if (!busy) expect(lateMs(node, 40)).toBeLessThan(10_000);
  }
});

test('activity is kept across a restart: neither the full idle time again nor a minute too little', async () => {
  const node = aNodeWithSession({ lifetime: { ttlSeconds: 3600, idleTimeoutSeconds: 100 } });
  const first = await node.startProcess({ serves: () => true });
  await node.clock.advance(50_000);
  const memory = first.memories.byUid(node.uid);
  if (memory === null) throw new Error('no memory');
  memory.lastActivityMs = node.clock.nowMs();
  first.grants.noteActivity(node.uid, { lastActivityMs: node.clock.nowMs(), busy: false });
  await node.clock.advance(10_000);
  await first.kill();
  await node.clock.advance(30_000); // nobody is there
  await node.startProcess({ serves: () => true });
  await node.clock.advance(55_000);
  expect(node.isRunning()).toBe(true); // 145 s
  await node.clock.advance(6_000);
  expect(node.own()).toBeNull(); // 151 s: 100 after the last command
  expect(node.reason()).toBe('SessionExpired');
});

test.each([
  '{',
  '',
  '{"version":2,"sessions":[]}',
  '{"version":1,"cluster":"cluster-2","nodeName":"node-1","clock":null,"sessions":[]}',
])('a state that cannot be used (%s) ends nothing and costs nothing but the idle time so far', async (text) => {
  const node = aNodeWithSession({ lifetime: { ttlSeconds: 3600, idleTimeoutSeconds: 100 } });
  const first = await node.startProcess({ serves: () => true });
  await node.clock.advance(50_000);
  await first.kill();
  node.kept.text = text;
  await node.startProcess({ serves: () => true });
  await node.clock.advance(99_000);
  expect(node.isRunning()).toBe(true);
  await node.clock.advance(2_000);
  expect(node.reason()).toBe('SessionExpired');
});

test('a disk that cannot be read or written changes nothing about the end', async () => {
  const node = aNodeWithSession({ lifetime });
  node.kept.fault = 'write';
  await node.startProcess({ serves: () => true });
  await node.clock.advance(61_000);
  expect(node.reason()).toBe('SessionExpired');
  expect(node.own()).toBeNull();
});

test('nothing is written at rest', async () => {
  const node = aNodeWithSession({ lifetime: { ttlSeconds: 3600, idleTimeoutSeconds: 0 } });
  await node.startProcess({ serves: () => true });
  await node.clock.advance(5_000);
  const { writes } = node.kept;
  await node.clock.advance(600_000);
  expect(node.kept.writes).toBe(writes);
});
