import { expect, test } from 'vitest';
import { createController } from '../../../src/controller/controller.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { NodeStore } from '../../../src/ports/nodes.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { orAborted } from '../../../src/process/deadline.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../../src/process/leader.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { idleInits } from '../../support/idle-inits.ts';
import { STORY_NODE } from '../../support/story.ts';
import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { createLeaseServer } from '../process/leases.ts';
import { createManualClock, settle } from '../process/manual-clock.ts';
import { aNode } from './node-world.ts';

const forever = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** A cache whose first list has not come, as in the first second after the API server restarted. */
const unsynced: SessionCache = {
  run: (_onChange, signal) => forever(signal),
  isSynced: () => false,
  whenSynced: async (signal) => {
    await forever(signal);
    throw signal.reason;
  },
  cached: () => {
    throw new OperatorError('unavailable', 'not synced yet');
  },
  all: () => {
    throw new OperatorError('unavailable', 'not synced yet');
  },
  lastSeenMs: () => 0,
};

test.each([
  { name: 'comes up', facts: () => Promise.resolve(STORY_NODE) },
  { name: 'is away', facts: () => Promise.reject(new OperatorError('unavailable', 'no Docker Engine answers')) },
])('an engine that $name before the sessions are known does not end the controller', async ({ facts }) => {
  const clock = createManualClock();
  const stop = new AbortController();
  const engine = {
    facts,
    list: async () => [],
    sessionInitVolume: async () => 'none',
    watchEvents: (_onEvent: unknown, signal: AbortSignal) => forever(signal),
  } as unknown as ContainerEngine; // nothing else is asked for before the sessions are known
  const nodes = { read: async () => null, publish: async () => ({}) } as unknown as NodeStore; // as above
  const controller = createController({
    cache: unsynced,
    engine,
    store: {} as SessionStore, // as above
    events: { record: () => {} },
    hostPaths: { resolve: async () => [], inContainer: async () => ({ seen: true, mounts: [] }) },
    inits: idleInits,
    references: { read: () => Promise.resolve([]) },
    wayInto: () => 'session-init',
    onRunning: () => {},
    onReleased: () => {},
    clock,
    random: () => 0,
    log: silentLog,
    metrics: createMetrics({ version: 'test' }),
    policies: fixedPolicies(),
    namespaces: unlabelled,
    nodeName: 'node-1',
    cluster: 'cluster-1',
    written: () => {},
    publisher: { nodes, labels: {}, slots: () => 1, nodeApi: { url: '', caPem: '' } },
    lease: { leases: createLeaseServer(clock).connect(), identity: 'me', durations: DEFAULT_LEASE_DURATIONS },
    concurrency: 1,
    sweepIntervalMs: 60_000,
    grants: grantsInMemory(clock),
  });
  let ended: unknown = 'still running';
  const done = controller.run(stop.signal).then(
    () => (ended = 'ended'),
    (thrown: unknown) => (ended = thrown),
  );
  await clock.advance(5_000);
  expect(ended).toBe('still running');
  stop.abort();
  await settle();
  await clock.advance(20_000);
  await done;
});

/** As the reflector does it: each run knows nothing until its own first list, which comes when the test says so. */
function listedAnew(): SessionCache & { list(): void } {
  let synced = false;
  let sync = Promise.withResolvers<void>();
  return {
    async run(_onChange, signal) {
      if (synced) sync = Promise.withResolvers<void>();
      synced = false;
      await forever(signal);
    },
    list() {
      synced = true;
      sync.resolve();
    },
    isSynced: () => synced,
    whenSynced: (signal) => orAborted(sync.promise, signal),
    cached: () => null,
    all: () => {
      if (!synced) throw new OperatorError('unavailable', 'not synced yet');
      return [];
    },
    lastSeenMs: () => 0,
  };
}

test('a controller that takes its lease again after an outage waits for the sessions of its new term', async () => {
  const cache = listedAnew();
  const node = await aNode({ cache });
  cache.list();
  await node.clock.advance(1_000);
  node.connection.mode = 'cut';
  await node.clock.advance(20_000);
  expect(node.controller.holdsNode()).toBe(false);
  node.connection.mode = 'ok';
  await node.clock.advance(5_000); // the engine has answered by now, the API server's list has not come
  expect(node.controller.holdsNode()).toBe(true);
  expect(node.hasEnded()).toBe(false);
  cache.list();
  await node.clock.advance(1_000);
  expect(node.hasEnded()).toBe(false);
  await node.stop();
});

test('an engine that is found to hang ends the calls that wait for it, and their sessions say so at once', async () => {
  const node = await aNode();
  await node.clock.advance(1_000);
  node.onCall = async (call) => {
    if (call === 'create') await new Promise<void>(() => {});
    if (call === 'ping') throw new OperatorError('timeout', 'Docker could not answer a ping within 5000 ms');
  };
  node.put('late');
  await node.clock.advance(10_000);
  expect(node.reason('late')).toBe('DockerUnavailable');
  await node.stop();
});
