import { expect, test } from 'vitest';
import { createNodePublisher } from '../../../src/controller/node-publisher.ts';
import type { McpNode, NodeSpec, NodeStatus } from '../../../src/model/node.ts';
import type { Drain } from '../../../src/plan/drain.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { NodeStore } from '../../../src/ports/nodes.ts';
import { aNode } from '../../support/a-node.ts';
import { STORY_NODE, STORY_START_MS } from '../../support/story.ts';
import { createManualClock, settle } from '../process/manual-clock.ts';

function setUp() {
  const clock = createManualClock(STORY_START_MS);
  const world = {
    node: null as McpNode | null,
    writes: 0,
    left: 2,
    images: ['b', 'a', 'b'],
    drains: [] as (Drain | null)[],
  };
  const nodes = {
    read: async () => world.node,
    publish: async ({ name, status }: { name: string; status: NodeStatus }) => {
      world.writes += 1;
      world.node = { ...(world.node ?? aNode(name)), labels: {}, status };
      return world.node;
    },
  } as unknown as NodeStore; // the publisher asks for nothing else
  const publisher = createNodePublisher({
    nodes,
    nodeName: 'a',
    labels: {},
    slots: () => 5,
    nodeApi: { url: 'https://127.0.0.1:1', caPem: '' },
    clock,
    log: silentLog,
    images: () => world.images,
    sessionsLeft: () => world.left,
    onDrain: (drain) => void world.drains.push(drain),
  });
  const stop = new AbortController();
  publisher.setEngine({ facts: STORY_NODE, message: 'up' });
  const done = publisher.run(stop.signal);
  const setSpec = (spec: NodeSpec): void => {
    if (world.node !== null) world.node = { ...world.node, spec };
  };
  const draining = () => world.node?.status.conditions?.find(({ type }) => type === 'Draining');
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.advance(10_000);
    await done;
  };
  return { clock, world, setSpec, draining, end };
}

test('a node at rest is written once, with its room and the images that are there', async () => {
  const { clock, world, end } = setUp();
  await settle();
  expect(world.node?.status).toMatchObject({ capacity: { slots: 5, cpu: '2' }, images: ['a', 'b'] });
  await clock.advance(120_000);
  expect(world.writes).toBe(1);
  expect(world.drains).toEqual([]);
  await end();
});

test('a drain is told once when it begins and once when its notice is over, and says how many sessions are left', async () => {
  const { clock, world, setSpec, draining, end } = setUp();
  await settle();
  setSpec({ unschedulable: false, drain: { noticeSeconds: 60 } });
  await clock.advance(5_000);
  expect(draining()).toMatchObject({
    status: 'True',
    reason: 'Notice',
    message: expect.stringContaining('2 sessions are left'),
  });
  const [drain] = world.drains;
  expect(world.drains).toEqual([{ untilMs: STORY_START_MS + 65_000 }]);
  await clock.advance(60_000);
  expect(draining()?.reason).toBe('Evicting');
  expect(world.drains).toEqual([drain, drain]);
  world.left = 0;
  await clock.advance(5_000);
  expect(draining()).toMatchObject({ status: 'True', reason: 'Drained' });
  setSpec({ unschedulable: false });
  await clock.advance(5_000);
  expect(draining()).toMatchObject({ status: 'False', reason: 'NotDraining' });
  expect(world.drains).toEqual([drain, drain, null]);
  await end();
});

test('a controller that was restarted goes on with the notice that was given', async () => {
  const first = setUp();
  await settle();
  first.setSpec({ unschedulable: false, drain: { noticeSeconds: 600 } });
  await first.clock.advance(5_000);
  const before = first.world.node;
  await first.end();
  const second = setUp();
  second.world.node = before;
  await second.clock.advance(300_000);
  expect(second.world.drains).toEqual([{ untilMs: STORY_START_MS + 605_000 }]);
  await second.end();
});
