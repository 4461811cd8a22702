import { expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/model/policy.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { type Asked, type NodeSeen, place as placeSpec, placeOver } from '../../../src/plan/place.ts';
import { NO_ROOM, reserveOf, roomAskedBy } from '../../../src/plan/room.ts';
import { ENGINE, aNode as aStoredNode, dockerReady, type NodeChange } from '../../support/a-node.ts';
import { aSessionSpec } from '../../support/session-builder.ts';

const QUARTER = 250_000_000;
const RESERVE = reserveOf(defaultPolicy().limits);

function aNode(name: string, change: NodeChange = {}, seen: Partial<NodeSeen> = {}): NodeSeen {
  return { node: aStoredNode(name, change), alive: true, used: NO_ROOM, expectsImage: false, reserved: false, ...seen };
}

function asked(change: Partial<SessionSpecInput> = {}, only: string | null = null): Asked {
  const spec = aSessionSpec(change);
  return { spec, policy: defaultPolicy(), room: roomAskedBy(spec, RESERVE), only };
}

const place = (nodes: readonly NodeSeen[], change: Partial<SessionSpecInput> = {}) => placeSpec(asked(change), nodes);
const used = (slots: number) => ({ slots, cpuNano: slots * QUARTER, memoryBytes: slots * 2 ** 29 });

test('the least loaded node takes the session; free slots and then the name decide between equals', () => {
  expect(place([aNode('b'), aNode('a')])).toMatchObject({ place: 'assign', nodeName: 'a' });
  expect(place([aNode('a', {}, { used: used(1) }), aNode('b')])).toEqual({
    place: 'assign',
    nodeName: 'b',
    message: 'assigned to node b (1 of 2 slots used)',
  });
  const large = aNode('z', { status: { capacity: { slots: 20, cpu: '2', memory: '4Gi' } } });
  expect(place([aNode('a'), large], { resources: { memory: '2Gi' } })).toMatchObject({ nodeName: 'z' });
});

test('a node that has the image is preferred among those with a similar load, and not above all', () => {
  const roomy = { status: { capacity: { slots: 20, cpu: '8', memory: '64Gi' } } };
  const withImage = { status: { ...roomy.status, images: [aSessionSpec().image] } };
  expect(place([aNode('a', roomy), aNode('b', withImage, { used: used(3) })])).toMatchObject({ nodeName: 'b' });
  expect(place([aNode('a', roomy), aNode('b', roomy, { used: used(3), expectsImage: true })])).toMatchObject({
    nodeName: 'b',
  });
  expect(place([aNode('a', roomy), aNode('b', withImage, { used: used(12) })])).toMatchObject({ nodeName: 'a' });
});

test('S3.T1.02: the fifth session at a quarter of a core waits on a node with one', () => {
  const small = { status: { capacity: { slots: 20, cpu: '1', memory: '64Gi' } } };
  expect(place([aNode('a', small, { used: used(3) })])).toMatchObject({ place: 'assign' });
  expect(place([aNode('a', small, { used: used(4) })])).toEqual({
    place: 'wait',
    message: 'no node can take the session: a has 0 of 1 CPUs free, and the session needs 0.25',
    later: ['a'],
  });
});

test('a session that is limited to less than the share of a core reserves its limit, and memory is reserved in full', () => {
  expect(roomAskedBy(aSessionSpec({ resources: { cpu: '100m', memory: '1Gi' } }), RESERVE)).toEqual({
    slots: 1,
    cpuNano: 100_000_000,
    memoryBytes: 2 ** 30,
  });
  const full = { ...used(1), memoryBytes: 3.75 * 2 ** 30 };
  expect(place([aNode('a', {}, { used: full })])).toMatchObject({
    message: 'no node can take the session: a has 256Mi of 4096Mi memory free, and the session needs 512Mi',
  });
});

test('a workspace on disk goes to a node that can bound it', () => {
  const disk = { workspace: { medium: 'Disk' } } as const;
  expect(place([aNode('a')], disk)).toMatchObject({ message: expect.stringContaining('a enforces no disk quota') });
  const bounded = aNode('b', { status: { engine: { ...ENGINE, diskQuota: true } } });
  expect(place([aNode('a'), bounded], disk)).toMatchObject({ place: 'assign', nodeName: 'b' });
});

test('a node that is kept for somebody else is not taken, and not kept for another one', () => {
  expect(place([aNode('a', {}, { reserved: true })])).toMatchObject({
    message: 'no node can take the session: a is kept for a session that has waited for longer',
    later: [],
  });
});

test('a session whose workspace is on a node goes there or nowhere', () => {
  const there = asked({}, 'b');
  expect(placeSpec(there, [aNode('a'), aNode('b', {}, { used: used(1) })])).toMatchObject({ nodeName: 'b' });
  expect(placeSpec(there, [aNode('a'), aNode('b', { spec: { drain: { noticeSeconds: 0 } } })])).toMatchObject({
    message: 'no node can take the session: b is being drained (spec.drain)',
  });
  expect(placeSpec(there, [aNode('a')])).toMatchObject({
    message: "node b is gone, and the session's workspace with it",
  });
});

test('a session whose time is over is ended by any node that lives, full or cordoned', () => {
  const full = aNode('a', { spec: { unschedulable: true } }, { used: used(2) });
  expect(placeOver([aNode('b', {}, { alive: false }), full])).toMatchObject({ place: 'assign', nodeName: 'a' });
  expect(placeOver([aNode('b', {}, { alive: false })])).toMatchObject({ place: 'wait' });
});

const obstacles: readonly { readonly name: string; readonly nodes: readonly NodeSeen[]; readonly says: string }[] = [
  { name: 'no node at all', nodes: [], says: 'there is no McpNode: start a controller on a node with a Docker Engine' },
  {
    name: 'a cordoned node',
    nodes: [aNode('a', { spec: { unschedulable: true } })],
    says: 'no node can take the session: a is unschedulable (spec.unschedulable)',
  },
  {
    name: 'a silent node',
    nodes: [aNode('a', {}, { alive: false })],
    says: 'no node can take the session: a has not been heard of; check its controller',
  },
  {
    name: 'a node without an engine',
    nodes: [aNode('a', { status: { conditions: [dockerReady('False', 'no Docker Engine answers')] } })],
    says: 'no node can take the session: a has no working Docker Engine: no Docker Engine answers',
  },
  {
    name: 'S3.T1.02: full nodes, the first five named',
    nodes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => aNode(name, {}, { used: used(2) })),
    says: `no node can take the session: ${['a', 'b', 'c', 'd', 'e'].map((name) => `${name} is full (2 of 2 slots used)`).join('; ')}; and 2 more`,
  },
];

test.each(obstacles)('$name: the session waits and says why', ({ nodes, says }) => {
  expect(place(nodes)).toMatchObject({ place: 'wait', message: says });
});

test('S3.NXT.07: a node selector and a runtime must be met', () => {
  const gpu = aNode('gpu', { labels: { gpu: 'yes' } });
  const selecting = { nodeSelector: { gpu: 'yes' } };
  expect(place([aNode('a'), gpu], selecting)).toMatchObject({ nodeName: 'gpu' });
  expect(place([aNode('a')], selecting)).toMatchObject({
    message: 'no node can take the session: a lacks the label gpu=yes (spec.nodeSelector)',
    later: [],
  });
  expect(place([aNode('a')], { resources: { cpu: '4' } })).toMatchObject({
    message: 'no node can take the session: a has 2 CPUs, and spec.resources.cpu is 4',
  });
  expect(place([aNode('a')], { security: { runtime: 'runsc' } })).toMatchObject({
    message: 'no node can take the session: a has no runtime runsc',
  });
});

test('nodes where the session would fit if others left are named first', () => {
  const silent = aNode('a', {}, { alive: false });
  expect(place([silent, aNode('b', {}, { used: used(2) })])).toMatchObject({
    message:
      'no node can take the session: b is full (2 of 2 slots used); a has not been heard of; check its controller',
  });
});
