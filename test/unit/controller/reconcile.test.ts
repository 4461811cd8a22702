import { expect, test } from 'vitest';
import { createContainerView } from '../../../src/controller/container-view.ts';
import { createImageLooks } from '../../../src/controller/image-looks.ts';
import { reconcile, type ReconcileDependencies } from '../../../src/controller/reconcile.ts';
import { createSessionMemories } from '../../../src/controller/session-memory.ts';
import { type FaultKind, OperatorError } from '../../../src/lib/errors.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { idleInits } from '../../support/idle-inits.ts';
import { openLanes } from '../../support/open-lanes.ts';
import { aWorld, runToRest, STORY_IMAGE, STORY_NODE, STORY_START_MS } from '../../support/story.ts';
import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { createManualClock } from '../process/manual-clock.ts';

const signal = new AbortController().signal;
const KEY = 'team-a/hello';

/** A session that runs, with the container that the story made for it. */
function aRunningSession(change: (session: McpSession) => McpSession = (session) => session) {
  const world = aWorld();
  runToRest(world);
  if (world.session === null || world.containers === null) throw new Error('the story made no session');
  return { session: change(world.session), containers: [...world.containers] };
}

function setUp(start: { session: McpSession; containers: ObservedContainer[] }) {
  const clock = createManualClock(STORY_START_MS);
  const world = {
    ...start,
    calls: [] as string[],
    engineFault: null as FaultKind | null,
    apiFault: null as FaultKind | null,
  };
  const engine = {
    inspect: async (id: string) => {
      const container = world.containers.find((known) => known.id === id);
      return container === undefined ? null : { ours: true, container };
    },
    inspectImage: async () => STORY_IMAGE,
    remove: async (id: string) => {
      world.calls.push('remove');
      if (world.engineFault !== null) throw new OperatorError(world.engineFault, 'the engine said no');
      world.containers = world.containers.filter((known) => known.id !== id);
    },
  } as unknown as ContainerEngine; // these stories need nothing else
  const store = {
    read: async () => world.session,
    writeStatus: async (session: McpSession, status: McpSession['status']) => {
      world.calls.push('write status');
      if (world.apiFault !== null) throw new OperatorError(world.apiFault, 'the API server is away');
      world.session = { ...session, status };
      return world.session;
    },
    setFinalizer: async () => {
      world.calls.push('set finalizer');
      return null;
    },
  } as unknown as SessionStore; // as above
  const view = createContainerView(engine);
  view.replaceAll(
    start.containers.map(({ id, state }) => ({
      id,
      state,
      uid: 'u',
      namespace: 'team-a',
      name: 'hello',
      createdMs: 0,
    })),
  );
  const deps: ReconcileDependencies = {
    engine,
    view,
    store,
    cache: { cached: () => world.session } as unknown as SessionCache, // as above
    memories: createSessionMemories(),
    events: { record: () => {} },
    hostPaths: { resolve: async () => [], inContainer: async () => ({ seen: true, mounts: [] }) },
    images: createImageLooks(engine, clock),
    ...openLanes(engine, clock),
    inits: idleInits,
    references: { read: () => Promise.resolve([]) },
    wayInto: () => 'session-init',
    onRunning: () => {},
    onReleased: () => {},
    written: () => {},
    clock,
    log: silentLog,
    policies: fixedPolicies(),
    namespaces: unlabelled,
    grants: grantsInMemory(clock),
    node: () => STORY_NODE,
    drain: () => null,
    leftBehind: { count: () => 0, settled: () => {} },
  };
  return { world, clock, look: () => reconcile(deps, KEY, signal) };
}

const suspended = (session: McpSession): McpSession => ({
  ...session,
  spec: session.spec === null ? null : { ...session.spec, operatingMode: 'Suspended' },
});
const deleted = (session: McpSession): McpSession => ({
  ...session,
  meta: { ...session.meta, deletionMs: STORY_START_MS },
});

test('a step that failed is not tried again before its time, whoever asks for a look', async () => {
  const { world, clock, look } = setUp(aRunningSession(suspended));
  world.engineFault = 'conflict';
  await look();
  for (let count = 0; count < 5; count += 1) expect((await look()).requeueAfterMs).toBe(100);
  expect(world.calls).toEqual(['write status', 'remove']);
  await clock.advance(100);
  await look();
  expect(world.calls).toEqual(['write status', 'remove', 'remove']);
});

test('a container that has to go does not wait for an API server that is away, and the verdict is written later', async () => {
  const { world, look } = setUp(aRunningSession());
  const [running] = world.containers;
  if (running === undefined) throw new Error('no container');
  world.containers = [{ ...running, spec: { ...running.spec, privileged: true } }];
  world.apiFault = 'unavailable';
  await look(); // looks at the image
  await look();
  expect(world.calls).toEqual(['write status', 'remove']);
  expect(world.containers).toEqual([]);
  await expect(look()).rejects.toMatchObject({ kind: 'unavailable' });
  world.apiFault = null;
  await look();
  const ready = world.session.status.conditions?.find(({ type }) => type === 'Ready');
  expect(ready).toMatchObject({ status: 'False', reason: 'IsolationFailed' });
});

test('a status that can only be refused stops the pass: nothing is ended on a guess', async () => {
  const { world, look } = setUp(aRunningSession());
  const [running] = world.containers;
  if (running === undefined) throw new Error('no container');
  world.containers = [{ ...running, spec: { ...running.spec, privileged: true } }];
  world.apiFault = 'conflict';
  await look();
  await expect(look()).rejects.toMatchObject({ kind: 'conflict' });
  expect(world.calls).toEqual(['write status']);
});

test('the finalizer is removed once, however often somebody looks before the echo arrives', async () => {
  const { world, look } = setUp(aRunningSession(deleted));
  for (let count = 0; count < 6; count += 1) await look();
  expect(world.calls).toEqual(['remove', 'set finalizer']);
});

test('a session that is gone before it got its finalizer is not asked for again until the watch has caught up', async () => {
  const { world, look } = setUp(
    aRunningSession((session) => ({ ...session, meta: { ...session.meta, finalizers: [] } })),
  );
  world.containers = [];
  expect((await look()).requeueAfterMs).toBeGreaterThanOrEqual(1_000);
  expect((await look()).requeueAfterMs).toBeGreaterThanOrEqual(1_000);
  expect(world.calls.filter((call) => call === 'set finalizer')).toHaveLength(1);
});
