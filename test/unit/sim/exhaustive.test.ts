import { describe, expect, test } from 'vitest';
import type { McpSession } from '../../../src/model/session.ts';
import { explore } from '../../sim/exhaustive/explore.ts';
import { brokenAtRest, brokenBy, brokenIn } from '../../sim/exhaustive/invariants.ts';
import { IDLE, type KeyState, type Setting } from '../../sim/exhaustive/model.ts';
import { createdSession, withDeletion } from '../../sim/exhaustive/objects.ts';
import { PackedSet } from '../../sim/exhaustive/packed-set.ts';
import { createPool } from '../../sim/exhaustive/pool.ts';
import { SETTINGS } from '../../sim/exhaustive/settings.ts';
import { aContainer } from '../../support/container-builder.ts';
import { STORY_NODE } from '../../support/story.ts';

const NOTHING = { crash: 0, takeover: 0, lost: 0, delete: 0, recreate: 0, move: 0 } as const;
const SMALL: Setting = {
  name: 'small',
  about: 'for this test',
  sessions: 1,
  symmetric: false,
  nodeOf: [0, 0],
  nodes: [STORY_NODE],
  budgets: NOTHING,
  grain: 'coarse',
  lateArrivals: false,
};
/** A machine that has much else to do. */
const PATIENCE_MS = 30_000;
const BOUNDS = { maxStates: 200_000, maxMs: 60_000 };

test(
  'every interleaving of one session with one deletion ends well',
  async () => {
    const found = await explore({ ...SMALL, budgets: { ...NOTHING, delete: 1 } }, BOUNDS);
    expect(found).toMatchObject({ finished: true, violation: null });
    expect(found.states).toBeGreaterThan(100);
  },
  PATIENCE_MS,
);

test(
  'counting two states that differ only by which session is which as one changes no verdict',
  async () => {
    const two: Setting = { ...SMALL, sessions: 2, budgets: { ...NOTHING, delete: 1 } };
    const all = await explore(two, BOUNDS);
    const folded = await explore({ ...two, symmetric: true }, BOUNDS);
    expect([all.finished, all.violation]).toEqual([folded.finished, folded.violation]);
    expect(all.depth).toBe(folded.depth);
    // Every state stands for itself and its mirror image; those that are their own were counted once before.
    expect(all.states).toBeLessThan(2 * folded.states);
    expect(all.states).toBeGreaterThan(2 * folded.states - all.sessionStates);
  },
  PATIENCE_MS,
);

test('a search that its bound stops says so', async () => {
  expect(
    await explore({ ...SMALL, budgets: { ...NOTHING, delete: 1 } }, { maxStates: 50, maxMs: 60_000 }),
  ).toMatchObject({
    finished: false,
    violation: null,
  });
});

test('the worlds are those that issue 6 asks for', () => {
  const first = SETTINGS[0];
  expect(first).toMatchObject({ sessions: 2, nodeOf: [0, 0], budgets: { crash: 1, lost: 1, delete: 1 } });
  expect(SETTINGS.some(({ budgets }) => budgets.recreate === 1)).toBe(true);
});

describe('invariants', () => {
  const { object } = createdSession(SMALL, 1, 0);
  if (object === null) throw new Error('no session');
  const identity = {
    cluster: STORY_NODE.cluster,
    node: STORY_NODE.nodeName,
    uid: object.meta.uid,
    namespace: object.meta.namespace,
    name: object.meta.name,
    instanceGeneration: 1,
    attempt: 0,
    specHash: '',
  };
  const running = {
    id: '00'.padEnd(64, '0'),
    state: 'running' as const,
    createdMs: 0,
    startedMs: 0,
    finishedMs: null,
    exitCode: null,
    oomKilled: false,
    engineError: '',
    pid: 1,
    spec: aContainer({ containerName: `mcps-${object.meta.uid}`, identity }),
  };
  const ready: McpSession = {
    ...object,
    status: {
      ...object.status,
      observedGeneration: 1,
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Running', message: '', lastTransitionTime: '2026-11-20T12:00:00Z' },
      ],
      container: {
        id: running.id,
        shortId: '',
        imageDigest: '',
        runtime: 'runc',
        startedAt: '2026-11-20T12:00:00Z',
      },
    },
  };
  const good: KeyState = {
    object: ready,
    revision: 5,
    incarnations: 1,
    engines: [{ containers: [running], made: 1 }],
    locals: [IDLE, IDLE],
    astray: [],
  };
  const engineWith = (...containers: (typeof running)[]) => [{ containers, made: containers.length }];

  test.each([
    ['nothing, when a ready session has its container', good, null],
    ['a container without its session', { ...good, object: null }, 'I1'],
    ['a session that is to be deleted and stays', { ...good, object: withDeletion(ready) }, 'I5'],
    ['a second container', { ...good, engines: engineWith(running, { ...running, id: '01' }) }, 'I2'],
    ['a session that is not Ready', { ...good, object }, 'I3'],
    ['a Ready session without a container', { ...good, engines: engineWith() }, 'I4'],
  ])('at rest: %s', (_name, state, invariant) => {
    expect(brokenAtRest(state, SMALL)?.slice(0, 2) ?? null).toBe(invariant);
  });

  test('at any time: two running containers of one session, more containers than faults explain, endless writes', () => {
    expect(brokenIn(good, SMALL)).toBeNull();
    expect(brokenIn({ ...good, engines: engineWith(running, { ...running, id: '01' }) }, SMALL)).toMatch(/^I2/);
    expect(brokenIn({ ...good, engines: [{ containers: [], made: 2 }] }, SMALL)).toMatch(/^I9/);
    expect(brokenIn({ ...good, revision: 100 }, SMALL)).toMatch(/^I10/);
  });

  test('an action: nobody removes the container of a session that nobody has ended', () => {
    const request = { send: 'remove', id: running.id } as const;
    expect(brokenBy({ request, before: good }, SMALL)).toMatch(/^I7/);
    expect(brokenBy({ request, before: { ...good, object: withDeletion(ready) } }, SMALL)).toBeNull();
  });

  test('an action: nobody creates what the rules refuse', () => {
    const create = { send: 'create', spec: aContainer({ privileged: true }) } as const;
    expect(brokenBy({ request: create, before: good }, SMALL)).toMatch(/^I8/);
  });
});

test('equal values are one object, whatever the order of their members', () => {
  const pool = createPool();
  const first = pool.intern({ name: 'a', list: [{ x: 1, y: '1' }] });
  expect(pool.intern({ list: [{ y: '1', x: 1 }], name: 'a' })).toBe(first);
  expect(pool.intern({ name: 'a', list: [{ x: '1', y: 1 }] })).not.toBe(first);
  expect(pool.idOf(null)).toBe(0);
  expect(Object.isFrozen(first.list[0])).toBe(true);
});

test('a packed set knows each of many large numbers once', () => {
  const set = new PackedSet(10);
  const numbers = Array.from({ length: 50_000 }, (_, index) => index * 104_729 * 4096);
  expect(numbers.every((number) => set.add(number))).toBe(true);
  expect(numbers.some((number) => set.add(number))).toBe(false);
  expect(set.size).toBe(50_000);
});
