// The real programs in the simulated world: wired as src/compose/roles/{controller,placement}.ts do, without what listens on the network.

import { createGrantBook, readNodeState } from '../../../src/controller/grants.ts';
import { createController } from '../../../src/controller/controller.ts';
import { createLeaseStore } from '../../../src/kube/lease-store.ts';
import { createNodeCache } from '../../../src/kube/node-cache.ts';
import { createNodeStore } from '../../../src/kube/node-store.ts';
import { createReferences } from '../../../src/kube/references.ts';
import { createSessionCache } from '../../../src/kube/session-cache.ts';
import { createSessionEvents } from '../../../src/kube/session-events.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { hasSessionInit } from '../../../src/model/container.ts';
import { SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { reserveOf } from '../../../src/plan/room.ts';
import { runPlacement } from '../../../src/placement/placement.ts';
import type { ClockAnchor } from '../../../src/model/node-state.ts';
import type { BootClock, Clock } from '../../../src/ports/clock.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { type ClusterClock, createClusterClock } from '../../../src/process/cluster-clock.ts';
import { withDeadline } from '../../../src/process/deadline.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../../src/process/leader.ts';
import { createSimClient, type SimClient } from '../api/sim-client.ts';
import { createEnginePort } from '../engine/engine-port.ts';
import { createSimInits } from '../engine/sim-inits.ts';
import type { Link } from '../kit/call.ts';
import { createSimClock, type Skewed, WORLD_START_MS } from '../kit/sim-clock.ts';
import { keptTextOf, NOWHERE } from './disk.ts';
import { readOnce } from './read-once.ts';
import { silentMetrics } from './metrics-stub.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** One run of a program: from its start to its crash or its end. */
export interface SimProcess extends Skewed {
  readonly program: 'controller' | 'placement';
  /** null for placement. */
  readonly node: SimNode | null;
  /** Differs between processes that may run at the same time; kept over a restart of the same one. */
  readonly identity: string;
  readonly toApi: Link;
  /** null for placement. */
  readonly toEngine: Link | null;
  /** SIGTERM. */
  readonly stop: AbortController;
  /** To be called when the policy has changed. */
  readonly onPolicyChange: (() => void)[];
}

/** Looks at a time: two cores. */
const CONCURRENCY = 4;
const SWEEP_INTERVAL_MS = 60_000;
const ANSWER_MS = 10_000;
const FIRST_ANSWER_MS = 2_000;
const UP_BEFORE_MS = 1_000_000;

interface Started {
  readonly world: World;
  readonly identity: string;
  readonly onEnd: (process: SimProcess, fault: unknown) => void;
}

function newProcess(program: SimProcess['program'], node: SimNode | null, { world, identity }: Started): SimProcess {
  const process: SimProcess = {
    program,
    node,
    identity,
    name: `${program}:${identity}`,
    alive: true,
    skewMs: 0,
    looks: 0,
    toApi: null as never,
    toEngine: null,
    stop: new AbortController(),
    onPolicyChange: [],
  };
  const toApi: Link = {
    actor: process,
    to: 'the API server',
    state: world.apiState,
    held: null,
    lagging: null,
    trap: null,
  };
  const toEngine: Link | null = node === null ? null : node.linkFor(process);
  return Object.assign(process, { toApi, toEngine });
}

function commonOf(process: SimProcess, world: World) {
  const { scheduler, api, hub } = world;
  const own = createSimClock(scheduler, process);
  const client = createSimClient({ scheduler, server: api, hub, link: process.toApi });
  const random = (): number => world.jitter.next();
  const clockFrom = (kept: ClockAnchor | null): ClusterClock => {
    const clock = createClusterClock({ base: own, boot: bootClockOf(process, world), kept, log: silentLog });
    client.onAnswer((answer) => clock.observe(answer));
    return clock;
  };
  const cachesFor = (clock: Clock) => ({
    client,
    clock,
    random,
    log: silentLog,
    readEvent: client.readEvent,
    readOnce,
  });
  return { clockFrom, client, random, cachesFor };
}

/** Counts since the machine was booted, which was a while before the world began. */
const bootClockOf = ({ node }: SimProcess, { scheduler }: World): BootClock => ({
  bootId: `boot-${node?.boots ?? 0}`,
  sinceBootMs: () => scheduler.nowMs + UP_BEFORE_MS,
});

const eventsOf = (process: SimProcess, client: SimClient, clock: Clock) =>
  createSessionEvents({
    client,
    component: `mcpsession-${process.program}`,
    instance: process.identity,
    clock,
    log: silentLog,
    signal: process.stop.signal,
    maxRemembered: 32, // room is made at once, for every process of every history
  });

export function startController(node: SimNode, started: Started): SimProcess {
  const process = newProcess('controller', node, started);
  watchEnd(process, runController(process, node, started), started);
  return process;
}

async function runController(process: SimProcess, node: SimNode, { world, identity }: Started): Promise<void> {
  const { clockFrom, client, random, cachesFor } = commonOf(process, world);
  const { nodeName, cluster } = node.engine.facts;
  const { signal } = process.stop;
  const { scheduler } = world;
  const isOurs = node.disk.owner === null;
  if (isOurs) node.disk.owner = process;
  const kept = isOurs ? keptTextOf(node, process, scheduler) : NOWHERE;
  const state = await readNodeState(kept, { cluster, nodeName }, silentLog);
  const clock = clockFrom(state.clock);
  await client.request({ method: 'GET', path: '/version', deadlineMs: FIRST_ANSWER_MS }, signal).catch(() => {}); // away: the kept time goes on
  const grants = createGrantBook({
    kept,
    identity: { cluster, nodeName },
    sessions: state.sessions,
    anchor: () => clock.anchor(),
    clock,
    log: silentLog,
  });
  const caches = cachesFor(clock);
  const cache = createSessionCache({ ...caches, filter: { sessions: 'of-node', nodeName }, namespace: null });
  const engine = createEnginePort({
    scheduler,
    engine: node.engine,
    link: process.toEngine as Link, // a controller has one
    now: () => WORLD_START_MS + scheduler.nowMs,
  });
  const inits = createSimInits(engine, node.engine, node.released);
  const meetInit = async (containerId: string): Promise<void> => {
    const limit = { ms: ANSWER_MS, what: 'an answer of the session init', clock };
    await withDeadline(limit, (within) => inits.whenReady(containerId, within), signal).catch(() => {}); // told by the way commands take
  };
  const controller = createController({
    cache,
    engine,
    grants,
    store: createSessionStore(client),
    events: eventsOf(process, client, clock),
    hostPaths: { resolve: async () => [], inContainer: async () => ({ seen: true, mounts: [] }) },
    references: createReferences(client),
    inits,
    wayInto: inits.wayInto,
    onRunning: (_session, container) => {
      if (hasSessionInit(container.spec)) void meetInit(container.id);
    },
    onReleased: () => {},
    clock,
    random,
    log: silentLog,
    metrics: silentMetrics,
    policies: world.policies,
    namespaces: world.namespaces,
    nodeName,
    cluster,
    written: (session) => cache.observe(session),
    publisher: {
      nodes: createNodeStore(client),
      labels: { 'kubernetes.io/hostname': nodeName },
      slots: () => node.slots,
      nodeApi: { url: `https://${nodeName}:7443`, caPem: 'simulated' },
    },
    lease: {
      leases: createLeaseStore({ client, namespace: SYSTEM_NAMESPACE, clock }),
      identity,
      durations: DEFAULT_LEASE_DURATIONS,
    },
    concurrency: CONCURRENCY,
    sweepIntervalMs: SWEEP_INTERVAL_MS,
  });
  process.onPolicyChange.push(() => controller.lookAgain(null));
  const keeping = isOurs ? controller.keepDeadlines(signal) : Promise.resolve();
  try {
    await controller.run(signal);
  } finally {
    if (signal.aborted) await keeping;
    await grants.close();
    if (node.disk.owner === process) node.disk.owner = null;
  }
}

export function startPlacement(started: Started): SimProcess {
  const { world } = started;
  const process = newProcess('placement', null, started);
  const { clockFrom, client, random, cachesFor } = commonOf(process, world);
  const clock = clockFrom(null);
  const caches = cachesFor(clock);
  const cache = createSessionCache({ ...caches, filter: { sessions: 'all' }, namespace: null });
  const { signal } = process.stop;
  const running = runPlacement(
    {
      cache,
      store: createSessionStore(client),
      events: eventsOf(process, client, clock),
      nodes: createNodeCache(caches),
      nodeStore: createNodeStore(client),
      policies: {
        whenKnown: async () => {},
        of: () => world.policy().policy,
        reserve: () => reserveOf(world.policy().policy.limits),
      },
      leases: createLeaseStore({ client, namespace: SYSTEM_NAMESPACE, clock }),
      identity: started.identity,
      durations: DEFAULT_LEASE_DURATIONS,
      clock,
      random,
      log: silentLog,
      metrics: silentMetrics,
      written: (session) => cache.observe(session),
    },
    signal,
  );
  watchEnd(process, running, started);
  return process;
}

function watchEnd(process: SimProcess, running: Promise<void>, { onEnd }: Started): void {
  running.then(
    () => onEnd(process, null),
    (thrown: unknown) => onEnd(process, thrown),
  );
}
