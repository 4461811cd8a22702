import { expect, test } from 'vitest';
import type { McpNode } from '../../../src/model/node.ts';
import { type NodeSeen, place } from '../../../src/plan/place.ts';
import { aStoredSession } from '../../support/story.ts';

const condition = (status: 'True' | 'False', message = '') => ({
  type: 'DockerReady',
  status,
  reason: 'Answering',
  message,
  lastTransitionTime: '2026-11-20T12:00:00Z',
});

function aNode(name: string, change: Partial<McpNode> = {}, seen: Partial<NodeSeen> = {}): NodeSeen {
  const engine = {
    version: '28.5.2',
    apiVersion: '1.51',
    cgroupVersion: '2',
    storageDriver: 'overlay2',
    runtimes: ['runc'],
    appArmor: true,
    seccomp: true,
    userNamespaces: false,
    rootless: false,
  };
  const node: McpNode = {
    name,
    uid: name,
    resourceVersion: '1',
    generation: 1,
    labels: {},
    spec: { unschedulable: false },
    status: { conditions: [condition('True')], capacity: { slots: 2, cpu: '2', memory: '4Gi' }, engine },
    ...change,
  };
  return { node, alive: true, sessions: 0, ...seen };
}

test('the node with the most free slots takes the session; the name decides between equals', () => {
  const chosen = (nodes: readonly NodeSeen[]) => place(aStoredSession(), nodes);
  expect(chosen([aNode('b'), aNode('a')])).toMatchObject({ place: 'assign', nodeName: 'a' });
  expect(chosen([aNode('a', {}, { sessions: 1 }), aNode('b')])).toEqual({
    place: 'assign',
    nodeName: 'b',
    message: 'assigned to node b (1 of 2 slots used)',
  });
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
    nodes: [aNode('a', { status: { conditions: [condition('False', 'no Docker Engine answers')] } })],
    says: 'no node can take the session: a has no working Docker Engine: no Docker Engine answers',
  },
  {
    name: 'S3.T1.02: full nodes, the first five named',
    nodes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => aNode(name, {}, { sessions: 2 })),
    says: `no node can take the session: ${['a', 'b', 'c', 'd', 'e'].map((name) => `${name} is full (2 of 2 slots used)`).join('; ')}; and 2 more`,
  },
];

test.each(obstacles)('$name: the session waits and says why', ({ nodes, says }) => {
  expect(place(aStoredSession(), nodes)).toEqual({
    place: 'wait',
    report: { reason: 'NoEligibleNode', message: says },
  });
});

test('S3.NXT.07: a node selector and a runtime must be met', () => {
  const gpu = aNode('gpu', { labels: { gpu: 'yes' } });
  const session = aStoredSession({ nodeSelector: { gpu: 'yes' } });
  expect(place(session, [aNode('a'), gpu])).toMatchObject({ nodeName: 'gpu' });
  expect(place(session, [aNode('a')])).toMatchObject({
    report: { message: 'no node can take the session: a lacks the label gpu=yes (spec.nodeSelector)' },
  });
  expect(place(aStoredSession({ resources: { cpu: '4' } }), [aNode('a')])).toMatchObject({
    report: { message: 'no node can take the session: a has 2 CPUs, and spec.resources.cpu is 4' },
  });
  expect(place(aStoredSession({ security: { runtime: 'runsc' } }), [aNode('a')])).toMatchObject({
    report: { message: 'no node can take the session: a has no runtime runsc' },
  });
});

test('a stored spec that this release cannot read is refused with its problem', () => {
  const session = {
    ...aStoredSession(),
    spec: null,
    problems: [{ rule: 'SCHEMA', kind: 'invalid' as const, path: 'spec.image', message: 'too long', fix: '' }],
  };
  expect(place(session, [aNode('a')])).toMatchObject({
    report: { reason: 'PolicyRejected', message: 'the stored spec does not fit this release: spec.image: too long' },
  });
});
