// The controller against an engine that hangs, loses answers, goes away or says nothing.

import { afterEach, expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import { aNode, asDeleted, type NodeWorld } from './node-world.ts';

let node: NodeWorld;
afterEach(() => node.stop());

const never = () => new Promise<void>(() => {});
const reset = () =>
  Promise.reject(new OperatorError('unavailable', 'the connection broke; the effect may have happened'));
const called = (call: string) => node.calls.filter((each) => each.startsWith(`${call} `));
const states = () => [...node.containers.values()].map(({ state }) => state);

test('a pull that hangs keeps only the sessions waiting that want its image', async () => {
  node = await aNode();
  node.onCall = (call) => (call === 'pullImage' ? never() : undefined);
  for (let count = 0; count < 30; count += 1) node.put(`waits-${count}`, { image: 'registry.example/slow:1' });
  await node.clock.advance(1_000);
  node.put('quick');
  await node.clock.advance(1_000);
  expect(node.reason('quick')).toBe('Running');
  expect(node.reason('waits-7')).toBe('PullingImage');
  expect(called('pullImage')).toEqual(['pullImage registry.example/slow:1']);
});

test('an image that is loaded by hand while its pull keeps failing is found at the next try', async () => {
  node = await aNode();
  node.onCall = (call) => {
    if (call === 'pullImage') throw new OperatorError('invalid', 'no such registry');
  };
  node.put('late', { image: 'mcps.local/late:1' });
  await node.clock.advance(400);
  expect(node.reason('late')).toBe('ImagePullFailed');
  node.images.add('mcps.local/late:1');
  await node.clock.advance(5_000);
  expect(node.reason('late')).toBe('Running');
});

test('starts that hang keep no removal waiting', async () => {
  node = await aNode();
  node.put('runs');
  await node.clock.advance(1_000);
  node.onCall = (call) => (call === 'start' ? never() : undefined);
  for (let count = 0; count < 30; count += 1) node.put(`hangs-${count}`);
  await node.clock.advance(1_000);
  node.change('runs', asDeleted);
  await node.clock.advance(1_000);
  expect(node.sessions.has('team-a/runs')).toBe(false);
  expect(called('start').length).toBe(1 + 2);
});

test('a create whose connection was reset is adopted, not repeated', async () => {
  node = await aNode();
  node.hears = false;
  node.onEffect = (call) => (call === 'create' ? reset() : undefined);
  node.put('one');
  await node.clock.advance(1_000);
  expect(called('create')).toEqual(['create one']);
  expect(states()).toEqual(['running']);
});

test('a session that is deleted while nobody knows whether its container was made keeps its finalizer until somebody does', async () => {
  node = await aNode();
  node.hears = false;
  let answers = true;
  node.onCall = (call) => (answers || (call !== 'inspect' && call !== 'remove') ? undefined : reset());
  node.onEffect = (call) => {
    if (call !== 'create') return undefined;
    answers = false;
    node.change('half', asDeleted);
    return reset();
  };
  node.put('half');
  await node.clock.advance(3_000);
  expect(called('remove finalizer')).toEqual([]);
  answers = true;
  await node.clock.advance(16_000);
  expect(node.calls.filter((call) => call.endsWith('half')).slice(-2)).toEqual([
    'remove half',
    'remove finalizer half',
  ]);
  expect(states()).toEqual([]);
});

test('an engine that hangs is noticed by its pings, told once to each session, and every session comes back with it', async () => {
  node = await aNode();
  for (let count = 0; count < 5; count += 1) node.put(`s${count}`);
  await node.clock.advance(1_000);
  const before = node.statusWrites();
  const hang = async (call: string): Promise<never> => {
    await node.clock.sleep(call === 'ping' ? 5_000 : 10_000, new AbortController().signal);
    throw new OperatorError('timeout', `Docker could not answer ${call} in time`);
  };
  node.onCall = hang;
  await node.clock.advance(16_000);
  expect(node.reason('s3')).toBe('DockerUnavailable');
  await node.clock.advance(30_000);
  expect(node.statusWrites() - before).toBe(5);
  node.onCall = () => {};
  await node.clock.advance(15_000);
  expect(node.reason('s3')).toBe('Running');
  expect(node.statusWrites() - before).toBe(10);
});

test('an engine that is away is told once, whatever words its later failures use, and everything comes back', async () => {
  node = await aNode();
  for (let count = 0; count < 5; count += 1) node.put(`s${count}`);
  await node.clock.advance(1_000);
  const before = node.statusWrites();
  let tries = 0;
  node.onCall = () => {
    tries += 1;
    throw new OperatorError('unavailable', `no Docker Engine answers, in other words each time: ${tries}`);
  };
  node.closeEvents();
  await node.clock.advance(60_000);
  expect(node.reason('s0')).toBe('DockerUnavailable');
  expect(node.statusWrites() - before).toBe(5);
  node.onCall = () => {};
  await node.clock.advance(5_000);
  expect(node.reason('s0')).toBe('Running');
  expect(node.statusWrites() - before).toBe(10);
});

test('an event stream that is closed again and again is opened again and costs no status write', async () => {
  node = await aNode();
  node.put('one');
  await node.clock.advance(1_000);
  const before = node.statusWrites();
  for (let times = 0; times < 10; times += 1) {
    node.closeEvents();
    await node.clock.advance(6_000);
  }
  expect(node.statusWrites()).toBe(before);
  node.containers.clear();
  node.closeEvents();
  await node.clock.advance(6_000);
  expect(node.reason('one')).toBe('ContainerLost');
});

test('what a deaf event stream did not tell is found by the next list, and the stream is opened again', async () => {
  node = await aNode();
  node.put('one');
  await node.clock.advance(1_000);
  node.hears = false;
  const [id] = node.containers.keys();
  node.containers.delete(id ?? '');
  const lists = called('list').length;
  await node.clock.advance(30_000);
  expect(node.reason('one')).toBe('ContainerLost');
  await node.clock.advance(2_000);
  expect(called('list').length).toBe(lists + 2);
});

test('5,000 foreign events lead to no engine call', async () => {
  node = await aNode();
  node.put('one');
  await node.clock.advance(1_000);
  const before = node.calls.length;
  for (let count = 0; count < 5_000; count += 1) {
    node.tell({ containerId: `${count}`, namespace: 'elsewhere', name: 'x', action: 'exec_die' });
  }
  await node.clock.advance(1_000);
  expect(node.calls.slice(before).filter((call) => !call.startsWith('inspect'))).toEqual([]);
  expect(node.reason('one')).toBe('Running');
});

test('at rest nothing is inspected and nothing is written', async () => {
  node = await aNode();
  for (let count = 0; count < 5; count += 1) node.put(`s${count}`);
  await node.clock.advance(1_000);
  const writes = node.statusWrites();
  const calls = node.calls.length;
  await node.clock.advance(120_000);
  expect(node.statusWrites()).toBe(writes);
  expect(new Set(node.calls.slice(calls))).toEqual(new Set(['list ']));
});

test('a removal that is in progress already is tried again, and the finalizer stays until the container is gone', async () => {
  node = await aNode();
  node.put('one');
  await node.clock.advance(1_000);
  let refusals = 20;
  node.onCall = (call) => {
    refusals -= call === 'remove' ? 1 : 0;
    return call === 'remove' && refusals > 0
      ? Promise.reject(new OperatorError('conflict', 'removal is in progress'))
      : undefined;
  };
  node.change('one', asDeleted);
  await node.clock.advance(5_000);
  expect(called('remove finalizer')).toEqual([]);
  refusals = 0;
  await node.clock.advance(15_000);
  expect(node.sessions.size).toBe(0);
});

test('a process that was frozen past its lease changes nothing when it wakes', async () => {
  node = await aNode();
  node.put('one');
  await node.clock.advance(1_000);
  node.leases.records.set('mcpsession-node-node-1', {
    holder: 'other',
    durationSeconds: 15,
    renewTime: 'x',
    resourceVersion: '99',
  });
  node.clock.jump(30_000);
  const before = node.calls.length;
  node.change('one', asDeleted);
  node.put('two');
  await node.clock.advance(0);
  expect(node.calls.slice(before).filter((call) => !/^(inspect|list|facts)/.test(call))).toEqual([]);
});

test('F34: a stop gives up what hangs on the engine within 10 s, gives the lease back and leaves the rest to the next controller', async () => {
  node = await aNode();
  node.onCall = (call) => (call === 'start' || call === 'pullImage' ? never() : undefined);
  node.put('hangs');
  node.put('pulls', { image: 'registry.example/slow:1' });
  await node.clock.advance(1_000);
  const calls = node.calls.length;
  node.askToStop();
  await node.clock.advance(0);
  node.put('late');
  await node.clock.advance(4_000);
  expect(node.hasEnded()).toBe(false);
  expect([...node.leases.records.values()].map(({ holder }) => holder)).toEqual(['me']);
  await node.clock.advance(6_000);
  expect(node.hasEnded()).toBe(true);
  expect([...node.leases.records.values()].map(({ holder }) => holder)).toEqual(['']);
  expect(node.calls.slice(calls)).toEqual([]);
});

test('F22: a start that the engine cannot do for now is told in its words, tried again and done when it can', async () => {
  node = await aNode();
  const words = 'Docker could not start container: could not find bridge docker0';
  node.onCall = (call) => (call === 'start' ? Promise.reject(new OperatorError('internal', words)) : undefined);
  node.put('one');
  await node.clock.advance(5_000);
  const ready = node.sessions.get('team-a/one')?.status.conditions?.find(({ type }) => type === 'Ready');
  expect(ready).toMatchObject({ status: 'False', reason: 'Starting', message: `${words}; trying again` });
  node.onCall = () => {};
  await node.clock.advance(30_000);
  expect(node.reason('one')).toBe('Running');
});

test('F32: a finalizer of somebody else keeps the object, not the container', async () => {
  node = await aNode();
  node.put('one');
  await node.clock.advance(1_000);
  node.change('one', (session) =>
    asDeleted({
      ...session,
      meta: { ...session.meta, finalizers: [...session.meta.finalizers, 'example.com/theirs'] },
    }),
  );
  await node.clock.advance(1_000);
  expect(states()).toEqual([]);
});
