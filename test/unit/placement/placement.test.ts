import { describe, expect, test } from 'vitest';
import { FINALIZER } from '../../../src/model/names.ts';
import { YOLO_ACKNOWLEDGEMENT } from '../../../src/model/policy-set.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { createPlacementWorld, type PlacementWorld } from '../../support/placement-world.ts';
import { STORY_START_MS } from '../../support/story.ts';

const BEGUN = { finalizers: [FINALIZER] };
const assignedTo = (nodeName: string, instanceGeneration = 1) => ({
  assignment: { nodeName, attempt: instanceGeneration, instanceGeneration, assignedAt: '2026-11-20T12:00:00Z' },
});
const container = { id: 'c', shortId: 'c', imageDigest: 'd', runtime: 'runc', startedAt: '2026-11-20T12:00:00Z' };
const finished = (session: McpSession): McpSession => ({
  ...session,
  status: { ...session.status, finishedAt: '2026-11-20T12:00:00Z' },
});

/** Controllers that live, as far as placement can tell. */
async function withNodes(world: PlacementWorld, slots: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, count] of Object.entries(slots))
    await world.putNode(name, { status: { capacity: { slots: count, cpu: '64', memory: '256Gi' } } });
}

describe('a new session', () => {
  test('gets a node with one write and one event', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 2 });
    const placement = world.start();
    world.put('one');
    await world.settle();
    expect(world.get('one').status.assignment).toEqual({
      nodeName: 'a',
      attempt: 1,
      instanceGeneration: 1,
      assignedAt: expect.stringMatching(/^2026-11-20T12:00:/),
    });
    expect(world.count.writes).toBe(1);
    expect(world.events).toEqual(['one Assigned: assigned to node a (1 of 2 slots used)']);
    await placement.stop();
  });

  test('waits in order when every slot is taken, is told its place, and goes on when one ends', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 2 });
    const placement = world.start();
    for (const name of ['s1', 's2', 's3', 's4']) world.put(name);
    await world.settle();
    expect(world.placed()).toEqual({ a: ['s1', 's2'] });
    expect(world.ready('s4')).toBe(
      'NoEligibleNode: place 2 in the queue; no node can take the session: a is full (2 of 2 slots used)',
    );
    world.change('s1', finished);
    await world.settle();
    expect(world.nodeOf('s3')).toBe('a');
    expect(world.nodeOf('s4')).toBe(null);
    await placement.stop();
  });

  test('that nobody can read says so and waits for nothing', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 2 });
    const placement = world.start();
    world.put('old');
    world.change('old', (session) => ({
      ...session,
      spec: null,
      problems: [{ rule: 'SCHEMA', kind: 'invalid', path: 'spec.image', message: 'too long', fix: '' }],
    }));
    await world.settle();
    expect(world.ready('old')).toBe('PolicyRejected: the stored spec does not fit this release: spec.image: too long');
    expect(world.nodeOf('old')).toBe(null);
    await placement.stop();
  });

  test('whose time is over while it waits goes to a node that ends it', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 1 });
    const placement = world.start();
    world.put('first');
    world.put('late', { spec: { lifetime: { ttlSeconds: 100, idleTimeoutSeconds: 0 } } });
    await world.pass(95_000);
    expect(world.nodeOf('late')).toBe(null);
    await world.pass(10_000);
    expect(world.nodeOf('late')).toBe('a');
    await placement.stop();
  });
});

describe('room', () => {
  test('S3.T1.02: the fifth session at a quarter of a core waits on a node with one', async () => {
    const world = createPlacementWorld();
    await world.putNode('a', { status: { capacity: { slots: 20, cpu: '1', memory: '64Gi' } } });
    const placement = world.start();
    for (let index = 1; index <= 5; index += 1) world.put(`s${index}`);
    await world.settle();
    expect(world.placed()).toEqual({ a: ['s1', 's2', 's3', 's4'] });
    expect(world.ready('s5')).toContain('a has 0 of 1 CPUs free, and the session needs 0.25');
    world.setPolicy({ limits: { perNamespace: 100, cpuRequest: '100m' } });
    await world.pass(5_000);
    expect(world.nodeOf('s5')).toBe('a');
    await placement.stop();
  });

  test('200 sessions on 3 nodes: no node beyond its slots, cores or memory, and the rest waits', async () => {
    const world = createPlacementWorld();
    await world.putNode('a', { status: { capacity: { slots: 40, cpu: '4', memory: '64Gi' } } });
    await world.putNode('b', { status: { capacity: { slots: 40, cpu: '64', memory: '10Gi' } } });
    await world.putNode('c', { status: { capacity: { slots: 7, cpu: '64', memory: '64Gi' } } });
    const placement = world.start();
    for (let index = 0; index < 200; index += 1) world.put(`s${index}`);
    await world.pass(10_000);
    const placed = world.placed();
    expect({ a: placed['a']?.length, b: placed['b']?.length, c: placed['c']?.length }).toEqual({ a: 16, b: 20, c: 7 });
    await placement.stop();
  });

  test('a suspended session holds none once its node has given it up, and waits for it anew when it resumes', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 1 });
    const placement = world.start();
    world.put('one');
    world.put('two');
    await world.settle();
    expect(world.placed()).toEqual({ a: ['one'] });
    const mode = (operatingMode: 'Running' | 'Suspended') => (session: McpSession) =>
      session.spec === null ? session : { ...session, spec: { ...session.spec, operatingMode } };
    world.change('one', mode('Suspended'));
    await world.settle();
    expect(world.nodeOf('two')).toBe(null);
    world.change('one', (session) => ({ ...session, status: { ...session.status, vacatedGeneration: 1 } }));
    await world.settle();
    expect(world.nodeOf('two')).toBe('a');
    world.change('one', mode('Running'));
    await world.settle();
    expect(world.ready('one')).toContain('NoEligibleNode: place 1 in the queue');
    world.change('two', finished);
    await world.settle();
    expect(world.get('one').status).toMatchObject({ assignment: { nodeName: 'a', instanceGeneration: 2, attempt: 2 } });
    expect(world.get('one').status.vacatedGeneration).toBe(undefined);
    await placement.stop();
  });

  test('a write without an answer is asked for before anything else is placed', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 1 });
    const placement = world.start();
    world.faults.push('lost-answer');
    world.put('one');
    world.put('two');
    await world.pass(5_000);
    expect(world.placed()).toEqual({ a: ['one'] });
    world.change('one', finished);
    world.faults.push('lost-request', 'conflict');
    await world.pass(10_000);
    expect(world.placed()).toEqual({ a: ['one', 'two'] });
    await placement.stop();
  });

  test('a session whose assignment is refused does not hold up those behind it', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 5 });
    const placement = world.start();
    world.faults.push('invalid');
    world.put('bad');
    world.put('good');
    await world.settle();
    expect(world.nodeOf('good')).toBe('a');
    await world.pass(5_000);
    expect(world.nodeOf('bad')).toBe('a');
    await placement.stop();
  });
});

describe('a big session', () => {
  const big = { resources: { cpu: '2', memory: '2Gi' } };
  const small = { resources: { memory: '512Mi' }, lifetime: { ttlSeconds: 28_800 } };

  /** Small sessions come all the time, and each runs for two rounds: there is room for them, and never for a big one as well. */
  async function churn(world: PlacementWorld, rounds: number): Promise<number> {
    const since = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      world.put(`small-${round}`, { spec: small, meta: { creationMs: STORY_START_MS + 1_000 * (round + 2) } });
      await world.settle();
      if (world.nodeOf('big') !== null) return round;
      for (const name of world.placed()['a'] ?? []) {
        const began = since.get(name) ?? round;
        since.set(name, began);
        if (round - began >= 2 && world.get(name).status.finishedAt === undefined) world.change(name, finished);
      }
      await world.settle();
    }
    return rounds;
  }

  test('is overtaken by small ones, and not for ever', async () => {
    const world = createPlacementWorld();
    await world.putNode('a', { status: { capacity: { slots: 20, cpu: '8', memory: '2304Mi' } } });
    const placement = world.start();
    world.put('first', { spec: small, meta: { creationMs: STORY_START_MS - 1_000 } });
    await world.settle();
    world.put('big', { spec: big });
    await world.settle();
    expect(world.ready('big')).toContain('memory free');
    const rounds = await churn(world, 60);
    const overtaken = Object.values(world.placed())
      .flat()
      .filter((name) => name.startsWith('small')).length;
    expect(rounds).toBeLessThan(60);
    expect(overtaken).toBeGreaterThanOrEqual(10);
    expect(overtaken).toBeLessThanOrEqual(20);
    await placement.stop();
  });

  test('keeps no node from others once it is deleted', async () => {
    const world = createPlacementWorld();
    await world.putNode('a', { status: { capacity: { slots: 40, cpu: '80', memory: '12Gi' } } });
    const placement = world.start();
    world.put('first', { spec: { resources: { memory: '1Gi' } }, meta: { creationMs: STORY_START_MS - 1_000 } });
    await world.settle();
    world.put('big', { spec: { resources: { memory: '12Gi' } } });
    for (let index = 0; index < 30; index += 1)
      world.put(`s${index}`, { spec: { resources: { memory: '64Mi' } }, meta: { creationMs: STORY_START_MS + 1_000 } });
    await world.pass(5_000);
    expect(world.placed()['a']).toHaveLength(17);
    world.remove('big');
    await world.pass(5_000);
    expect(world.placed()['a']).toHaveLength(31);
    await placement.stop();
  });
});

describe('a node that falls silent', () => {
  async function lostWorld(change: Parameters<PlacementWorld['put']>[1] = {}) {
    const world = createPlacementWorld();
    await withNodes(world, { a: 5, b: 5 });
    world.put('kept', { meta: BEGUN, status: { ...assignedTo('a'), container }, ...change });
    const placement = world.start();
    await world.settle();
    await world.silence('a');
    return { world, placement };
  }

  test('is lost within a minute: Retain stays with it, says so once, and stays when the node is back', async () => {
    const { world, placement } = await lostWorld();
    await world.pass(30_000);
    expect(world.ready('kept')).toBe('');
    await world.pass(15_000);
    expect(world.ready('kept')).toBe(
      'NodeLost: node a has not renewed its lease for 35 s; the session stays with it (failurePolicy Retain) and goes on when the node is back',
    );
    expect(world.get('kept').status).toMatchObject({ ...assignedTo('a'), container });
    expect(world.events).toEqual([expect.stringContaining('kept NodeLost: node a has not renewed')]);
    await world.pass(120_000);
    expect(world.count.writes).toBe(1);
    world.wake('a');
    await world.pass(15_000);
    world.put('new', { spec: { nodeSelector: {} } });
    await world.settle();
    expect(world.nodeOf('kept')).toBe('a');
    expect(world.count.writes).toBe(2);
    await placement.stop();
  });

  test('is told again when somebody else wrote to the session in the same moment', async () => {
    const { world, placement } = await lostWorld();
    world.faults.push('conflict');
    await world.pass(45_000);
    expect(world.ready('kept')).toBe('');
    world.change('kept', (session) => ({ ...session, meta: { ...session.meta, generation: 2 } })); // what the watch tells
    await world.settle();
    expect(world.ready('kept')).toContain('NodeLost: ');
    await placement.stop();
  });

  test('Recreate is told, and has another node with the next generation within 120 s', async () => {
    const { world, placement } = await lostWorld({
      spec: { failurePolicy: 'Recreate' },
      status: { ...assignedTo('a'), container, restartCount: 3 },
    });
    await world.pass(45_000);
    expect(world.ready('kept')).toContain('NodeLost: ');
    await world.pass(25_000);
    expect(world.get('kept').status).toMatchObject({
      assignment: { nodeName: 'b', instanceGeneration: 2, attempt: 2 },
      restartCount: 3,
    });
    expect(world.get('kept').status.container).toBe(undefined);
    expect(world.ready('kept')).toBe(
      'Pending: assigned to node b (1 of 5 slots used), after node a; files of the earlier container are not carried over',
    );
    world.wake('a');
    await world.pass(30_000);
    expect(world.nodeOf('kept')).toBe('b');
    await placement.stop();
  });

  test('a session that never started moves whatever its failurePolicy; one with a persistent workspace never does', async () => {
    const { world, placement } = await lostWorld({ meta: {}, status: assignedTo('a') });
    const persistent = { medium: 'Disk', persistent: true } as const;
    world.put('pinned', {
      meta: BEGUN,
      spec: { failurePolicy: 'Recreate', workspace: persistent },
      status: { ...assignedTo('a'), container },
    });
    await world.pass(90_000);
    expect(world.nodeOf('kept')).toBe('b');
    expect(world.nodeOf('pinned')).toBe('a');
    expect(world.ready('pinned')).toContain('the persistent workspace is on that node, so the session waits for it');
    await placement.stop();
  });

  test('what ended or has failed its proof is left as it is', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 5, b: 5 });
    const failed = {
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          reason: 'IsolationFailed',
          message: 'user differs',
          observedGeneration: 1,
          lastTransitionTime: '2026-11-20T12:00:00Z',
        },
      ],
    } as const;
    const spec = { failurePolicy: 'Recreate' } as const;
    world.put('ended', { spec, meta: BEGUN, status: { ...assignedTo('a'), finishedAt: '2026-11-20T12:00:00Z' } });
    world.put('failed', { spec, meta: BEGUN, status: { ...assignedTo('a'), conditions: [...failed.conditions] } });
    const placement = world.start();
    await world.settle();
    await world.silence('a');
    await world.pass(120_000);
    expect(world.count.writes).toBe(0);
    await placement.stop();
  });

  test('with nowhere else to go the session waits, says both, and goes on when its node is back', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 5 });
    world.put('kept', { spec: { failurePolicy: 'Recreate' }, meta: BEGUN, status: { ...assignedTo('a'), container } });
    const placement = world.start();
    await world.settle();
    await world.silence('a');
    await world.pass(100_000);
    expect(world.ready('kept')).toMatch(/^NodeLost: node a has not renewed .*place 1 in the queue; no node can take/);
    expect(world.count.writes).toBe(2);
    world.wake('a');
    await world.pass(30_000);
    expect(world.get('kept').status.assignment).toEqual(assignedTo('a').assignment);
    await placement.stop();
  });

  test('an API server that is away for ten minutes kills no node', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 5, b: 5 });
    world.put('kept', { spec: { failurePolicy: 'Recreate' }, meta: BEGUN, status: { ...assignedTo('a'), container } });
    const placement = world.start();
    await world.settle();
    world.setServerAway(true);
    await world.pass(600_000);
    world.setServerAway(false);
    await world.pass(120_000);
    expect(world.nodeOf('kept')).toBe('a');
    expect(world.ready('kept')).toBe('');
    await placement.stop();
  });

  test('an McpNode that was deleted while its controller lives takes nothing and loses nothing', async () => {
    const { world, placement } = await lostWorld({ spec: { failurePolicy: 'Recreate' } });
    world.wake('a');
    world.removeNode('a');
    world.put('new');
    await world.pass(120_000);
    expect(world.nodeOf('new')).toBe('b');
    expect(world.nodeOf('kept')).toBe('a');
    expect(world.ready('kept')).toBe('');
    await placement.stop();
  });

  test('a new leader counts the silence of its own looks, and moves nothing before', async () => {
    const { world, placement } = await lostWorld({ spec: { failurePolicy: 'Recreate' } });
    await world.pass(55_000);
    await placement.stop();
    const second = world.start('placement-2');
    await world.pass(30_000);
    expect(world.nodeOf('kept')).toBe('a');
    await world.pass(40_000);
    expect(world.get('kept').status.assignment).toMatchObject({ nodeName: 'b', instanceGeneration: 2 });
    await second.stop();
  });
});

describe('a node that is drained or cordoned', () => {
  test.each([{ spec: { unschedulable: true } }, { spec: { drain: { noticeSeconds: 600 } } }])(
    'takes no new session: %j',
    async (change) => {
      const world = createPlacementWorld();
      await withNodes(world, { b: 5 });
      await world.putNode('a', change);
      const placement = world.start();
      for (const name of ['one', 'two', 'three']) world.put(name);
      await world.settle();
      expect(world.placed()).toEqual({ b: ['one', 'two', 'three'] });
      await placement.stop();
    },
  );

  test('what it has given up gets another node, and what has its workspace there waits until the drain is over', async () => {
    // Whether a policy lets sessions have such a workspace is another matter.
    const world = createPlacementWorld({ yolo: { enabled: true, acknowledge: YOLO_ACKNOWLEDGEMENT } });
    await withNodes(world, { b: 5 });
    await world.putNode('a', { spec: { drain: { noticeSeconds: 0 } } });
    const workspace = { medium: 'Disk', persistent: true } as const;
    const placement = world.start();
    const given = { ...assignedTo('a'), vacatedGeneration: 1 };
    world.put('moves', { spec: { failurePolicy: 'Recreate' }, meta: BEGUN, status: given });
    world.put('waits', { spec: { failurePolicy: 'Recreate', workspace }, meta: BEGUN, status: given });
    await world.settle();
    expect(world.get('moves').status.assignment).toMatchObject({ nodeName: 'b', instanceGeneration: 2 });
    expect(world.ready('waits')).toBe(
      'NoEligibleNode: place 1 in the queue; no node can take the session: a is being drained (spec.drain)',
    );
    await withNodes(world, { a: 5 });
    await world.settle();
    expect(world.get('waits').status.assignment).toMatchObject({ nodeName: 'a', instanceGeneration: 2 });
    await placement.stop();
  });
});

describe('what a change costs', () => {
  test('texts of those that wait are written again only when they say something else, each at most every 30 s', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 1 });
    const placement = world.start();
    for (let index = 0; index < 40; index += 1) world.put(`s${String(index).padStart(2, '0')}`);
    await world.pass(20_000);
    const told = world.count.writes;
    expect(told).toBe(1 + 39);
    await world.pass(120_000);
    expect(world.count.writes).toBe(told);
    for (let index = 0; index < 10; index += 1) {
      world.change(`s${String(index).padStart(2, '0')}`, finished);
      await world.pass(1_000);
    }
    // Ten assignments, and fewer texts than sessions: positions changed ten times within ten seconds.
    await world.pass(5_000);
    expect(world.count.writes - told).toBeLessThanOrEqual(10 + 29);
    await placement.stop();
  });

  test('with 10,000 sessions one more is placed by a handful of looks, and nobody goes through all of them', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 20_000, b: 20_000 });
    for (let index = 0; index < 10_000; index += 1)
      world.put(`s${index}`, {
        status: assignedTo(index % 2 === 0 ? 'a' : 'b'),
        spec: { resources: { cpu: '1m', memory: '1Mi' } },
      });
    const placement = world.start();
    await world.pass(5_000);
    world.put('warm', { spec: { resources: { cpu: '1m', memory: '1Mi' } } });
    await world.settle();
    Object.assign(world.count, { reads: 0, scans: 0, writes: 0 });
    world.put('more', { spec: { resources: { cpu: '1m', memory: '1Mi' } } });
    await world.settle();
    expect(world.nodeOf('more')).not.toBe(null);
    expect(world.count).toEqual({ writes: 1, scans: 0, reads: expect.any(Number) });
    expect(world.count.reads).toBeLessThanOrEqual(8);
    await placement.stop();
  });

  test('with 3,000 in the queue one more is told once, and one that ends lets one in', async () => {
    const world = createPlacementWorld();
    await withNodes(world, { a: 1 });
    world.put('first', { meta: { creationMs: STORY_START_MS - 1_000 } });
    const placement = world.start();
    await world.settle();
    for (let index = 0; index < 3_000; index += 1) world.put(`s${String(index).padStart(5, '0')}`);
    await world.pass(60_000);
    Object.assign(world.count, { reads: 0, scans: 0, writes: 0 });
    world.change('first', finished);
    await world.settle();
    expect(world.nodeOf('s00000')).toBe('a');
    expect(world.count.scans).toBe(0);
    expect(world.count.reads).toBeLessThanOrEqual(100);
    await placement.stop();
  }, 30_000);
});
