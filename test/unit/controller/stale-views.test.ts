// What the controller does when its view of the API server is old, incomplete or unreadable: it looks before it destroys.

import { afterEach, expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { aNode, asDeleted, type NodeWorld } from './node-world.ts';

let node: NodeWorld;
afterEach(() => node.stop());

const KEY = 'team-a/one';
const states = () => [...node.containers.values()].map(({ state }) => state);
const removed = () => node.calls.filter((call) => call.startsWith('remove '));

async function aRunningSession(change: Parameters<typeof aNode>[0] = {}): Promise<McpSession> {
  node = await aNode(change);
  node.put('one');
  await node.clock.advance(1_000);
  const session = node.sessions.get(KEY);
  if (session === undefined) throw new Error('the session is gone');
  return session;
}

/** The watch shows this from now on, whatever the API server has; every session is looked at. */
async function showing(session: McpSession): Promise<void> {
  node.cached = new Map([[KEY, session]]);
  node.controller.lookAgain(null);
  await node.clock.advance(20_000);
}

test.each<{ name: string; seen: (now: McpSession) => McpSession }>([
  {
    name: 'an earlier incarnation of the same name',
    seen: (now) => ({ ...now, meta: { ...now.meta, uid: 'earlier', resourceVersion: '1' } }),
  },
  {
    name: 'the deletion of an earlier incarnation',
    seen: (now) => asDeleted({ ...now, meta: { ...now.meta, uid: 'earlier', resourceVersion: '1' } }),
  },
  {
    name: 'an earlier generation of the instance',
    seen: (now) => ({
      ...now,
      status: { ...now.status, assignment: { nodeName: 'node-1', attempt: 1, instanceGeneration: 0, assignedAt: '' } },
    }),
  },
  {
    name: 'an assignment to another node',
    seen: (now) => ({
      ...now,
      status: { ...now.status, assignment: { nodeName: 'node-2', attempt: 1, instanceGeneration: 1, assignedAt: '' } },
    }),
  },
  {
    name: 'a suspension that is over',
    seen: (now) => ({ ...now, spec: now.spec === null ? null : { ...now.spec, operatingMode: 'Suspended' } }),
  },
])('a watch that still shows $name ends no container', async ({ seen }) => {
  await showing(seen(await aRunningSession()));
  expect(removed()).toEqual([]);
  expect(states()).toEqual(['running']);
});

test('a session whose stored spec this release cannot read keeps its container, and takes it along when it goes', async () => {
  const session = await aRunningSession();
  node.change('one', (now) => ({ ...now, spec: null, problems: [] }));
  await node.clock.advance(20_000);
  expect(states()).toEqual(['running']);
  expect(session.spec).not.toBe(null);
  node.change('one', asDeleted);
  await node.clock.advance(1_000);
  expect(states()).toEqual([]);
  expect(node.sessions.size).toBe(0);
});

test('a namespace that the watch has not told of is asked for, and nothing ends while nobody can tell its labels', async () => {
  let known: Record<string, string> | null = {};
  let asked = 0;
  await aRunningSession({
    namespaces: {
      knownLabelsOf: () => known,
      labelsOf: () => {
        asked += 1;
        return Promise.reject(new OperatorError('unavailable', 'the API server is away'));
      },
    },
  });
  known = null;
  node.controller.lookAgain(null);
  await node.clock.advance(2_000);
  expect(asked).toBeGreaterThan(0);
  expect(states()).toEqual(['running']);
});

test('a container that no event and no list told of is found before the session may go', async () => {
  await aRunningSession();
  const [made] = node.containers.values();
  if (made === undefined) throw new Error('no container');
  node.change('one', (now) => ({
    ...now,
    spec: now.spec === null ? null : { ...now.spec, operatingMode: 'Suspended' },
  }));
  await node.clock.advance(1_000);
  expect(states()).toEqual([]);
  node.containers.set(made.id, made); // an earlier controller's create that the engine has only now carried out
  node.change('one', asDeleted);
  await node.clock.advance(1_000);
  expect(node.sessions.size).toBe(0);
  expect(states()).toEqual([]);
});

test('an orphan is removed and told of; a copy that inherited the labels is left alone', async () => {
  await aRunningSession();
  const [made] = node.containers.values();
  if (made === undefined) throw new Error('no container');
  const copy = { ...made, id: 'd'.repeat(64), spec: { ...made.spec, containerName: 'copied' } };
  node.containers.set(copy.id, copy);
  node.drop('one');
  await node.clock.advance(31_000);
  expect([...node.containers.keys()]).toEqual([copy.id]);
  expect(node.orphans).toEqual([made.spec.identity.uid]);
});

test('a removal that needs the word of the API server waits for it', async () => {
  const session = await aRunningSession();
  node.cached = new Map([[KEY, { ...session, meta: { ...session.meta, uid: 'another' } }]]);
  node.sessions.delete(KEY);
  const read = node.store.read;
  node.store.read = () => Promise.reject(new OperatorError('unavailable', 'the API server is away'));
  node.controller.lookAgain(null);
  await node.clock.advance(20_000);
  expect(removed()).toEqual([]);
  node.store.read = read;
  await node.clock.advance(61_000);
  expect(removed()).toEqual(['remove one']);
});

test('a watch that stays behind is not asked about without pause', async () => {
  const session = await aRunningSession();
  node.cacheLearns = false;
  let reads = 0;
  const read = node.store.read;
  node.store.read = (reference, signal, age) => {
    reads += 1;
    return read(reference, signal, age);
  };
  await showing({ ...session, meta: { ...session.meta, uid: 'earlier', resourceVersion: '1' } });
  expect(removed()).toEqual([]);
  expect(reads).toBeLessThanOrEqual(25);
});

test('a write that is refused because the watch lags is followed by a look at the API server, not by the same write again', async () => {
  const session = await aRunningSession();
  node.cached = new Map([[KEY, session]]);
  node.change('one', (now) => ({
    ...now,
    spec: now.spec === null ? null : { ...now.spec, operatingMode: 'Suspended' },
  }));
  for (const id of node.containers.keys()) node.containers.delete(id);
  const before = node.statusWrites();
  node.controller.lookAgain(null);
  await node.clock.advance(35_000);
  expect(node.reason('one')).toBe('Suspended');
  expect(node.statusWrites() - before).toBeLessThanOrEqual(3);
});

test('a controller that starts behind an old watch does not begin a session anew whose container was lost meanwhile', async () => {
  const ran = await aRunningSession();
  const { assignment } = ran.status;
  await node.stop();
  node = await aNode();
  const past = {
    ...ran,
    meta: { ...ran.meta, resourceVersion: '1' },
    status: assignment === undefined ? {} : { assignment },
  };
  node.cached = new Map([[KEY, past]]); // it has not run yet
  node.sessions.set(KEY, ran);
  node.controller.lookAgain(null);
  await node.clock.advance(5_000);
  expect(node.calls.filter((call) => call.startsWith('create '))).toEqual([]);
  expect(node.reason('one')).toBe('ContainerLost');
});

test('a session that this controller has begun itself is created without another look at the API server', async () => {
  node = await aNode();
  const { read } = node.store;
  let reads = 0;
  node.store.read = (...given) => {
    reads += 1;
    return read(...given);
  };
  node.put('one');
  await node.clock.advance(1_000);
  expect(node.reason('one')).toBe('Running');
  expect(reads).toBe(0);
});
