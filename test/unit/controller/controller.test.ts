import { expect, test } from 'vitest';
import { createController } from '../../../src/controller/controller.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { NodeStore } from '../../../src/ports/nodes.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../../src/process/leader.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { idleInits } from '../../support/idle-inits.ts';
import { STORY_NODE } from '../../support/story.ts';
import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { createLeaseServer } from '../process/leases.ts';
import { createManualClock, settle } from '../process/manual-clock.ts';

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
