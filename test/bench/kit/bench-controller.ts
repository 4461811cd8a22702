// The product's controller in this process: real work queue, plan, rules and Docker adapter on the real engine. Only the API
// server is replaced by memory (memory-sessions.ts): goals 1, 8, 13 and 20 ask what the controller adds to the engine, and
// the API server's share has its own goals (3, 19).

import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { type Controller, createController } from '../../../src/controller/controller.ts';
import type { ExecTarget } from '../../../src/controller/exec-target.ts';
import type { OnEngineCall } from '../../../src/docker/engine-calls.ts';
import { createDockerEngine } from '../../../src/docker/engine.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { Policies } from '../../../src/ports/policies.ts';
import { conditionOf } from '../../../src/model/conditions.ts';
import { CONTAINER_LABELS } from '../../../src/model/names.ts';
import type { NodeStatus } from '../../../src/model/node.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import type { ContainerAccess } from '../../../src/ports/container-access.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { NodeStore } from '../../../src/ports/nodes.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../../src/process/leader.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { aDesiredSession } from './desired-session.ts';
import { memoryLeases } from './memory-leases.ts';
import { createMemorySessions, type MemorySessions } from './memory-sessions.ts';
import { createRawEngine } from './raw-engine.ts';

export interface BenchController extends AsyncDisposable {
  readonly sessions: MemorySessions;
  readonly controller: Controller;
  readonly access: ContainerAccess;
  /** Looks at a time: as many as `mcpsession up` takes on this machine. */
  readonly concurrency: number;
  /** Shows the controller a session; resolves when Ready=True is recorded. */
  start(spec?: Partial<SessionSpecInput>): Promise<McpSession>;
  /** Its running container. */
  target(session: McpSession): Promise<ExecTarget & { readonly containerId: string }>;
  /** Shows the controller the deletion; resolves when the finalizer is taken away. */
  end(session: McpSession): Promise<void>;
}

export interface BenchControllerOptions {
  readonly socketPath: string;
  readonly onCall?: OnEngineCall;
  /** Default that of the product. */
  readonly sweepIntervalMs?: number;
  /** Default that of a policy file which says nothing. */
  readonly policies?: Policies;
}

/** `npm run bench` builds it first. */
const SESSION_INIT_FILE = join(import.meta.dirname, '../../../dist/init');
const NODE = 'bench';
const SWEEP_INTERVAL_MS = 60_000;
const READY_WITHIN_MS = 15_000;
/** For one session; many times what a loaded machine needs. */
const SESSION_WITHIN_MS = 60_000;

export async function openBenchController(
  options: BenchControllerOptions,
  signal: AbortSignal,
): Promise<BenchController> {
  const { socketPath, onCall } = options;
  const cluster = `bench-${randomUUID()}`;
  const stop = new AbortController();
  const engine = createDockerEngine({
    socketPath,
    cluster,
    nodeName: NODE,
    sessionInitFile: SESSION_INIT_FILE,
    ...(onCall === undefined ? {} : { onCall }),
  });
  const sessions = createMemorySessions();
  const concurrency = 2 * availableParallelism();
  const controller = createController({
    ...sessions,
    engine,
    events: { record: () => {} },
    hostPaths: { resolve: async () => [], inContainer: async () => ({ seen: true, mounts: [] }) },
    inits: engine.inits,
    references: { read: () => Promise.resolve([]) },
    wayInto: (containerId) => engine.access.wayInto(containerId),
    onRunning: () => {},
    onReleased: () => {},
    written: () => {},
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    metrics: createMetrics({ version: 'bench' }),
    policies: options.policies ?? fixedPolicies(),
    namespaces: unlabelled,
    nodeName: NODE,
    cluster,
    publisher: {
      nodes: memoryNodes(),
      labels: {},
      slots: () => 100,
      nodeApi: { url: 'https://127.0.0.1:0', caPem: '' },
    },
    grants: grantsInMemory(systemClock),
    lease: { leases: memoryLeases(), identity: cluster, durations: DEFAULT_LEASE_DURATIONS },
    concurrency,
    sweepIntervalMs: options.sweepIntervalMs ?? SWEEP_INTERVAL_MS,
  });
  const running = controller.run(stop.signal);
  running.catch(() => {}); // a fault shows as a session that never becomes Ready; awaited at the end

  const within = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(SESSION_WITHIN_MS)]);
  let count = 0;
  const opened: BenchController = {
    sessions,
    controller,
    access: engine.access,
    concurrency,
    async start(spec = {}) {
      count += 1;
      const session = aDesiredSession({ name: `s${count}`, nodeName: NODE, spec });
      const recorded = sessions.until(session.meta, isReady, within());
      sessions.put(session);
      await recorded;
      return session;
    },
    async target({ meta }) {
      const found = await controller.findTarget(meta, within());
      if (found?.containerId == null) throw new OperatorError('internal', 'a session that is Ready has no container');
      return { ...found, containerId: found.containerId };
    },
    async end({ meta }) {
      const session = sessions.cache.cached(meta);
      if (session === null) return;
      const recorded = sessions.until(meta, (now) => now === null, within());
      sessions.put({ ...session, meta: { ...session.meta, deletionMs: Date.now() } });
      await recorded;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running.catch(() => {});
      const raw = createRawEngine(socketPath);
      await raw.removeLabelled(`${CONTAINER_LABELS.cluster}=${cluster}`);
      raw.close();
    },
  };
  try {
    await controller.whenReady(AbortSignal.any([signal, AbortSignal.timeout(READY_WITHIN_MS)]));
  } catch (thrown) {
    await opened[Symbol.asyncDispose]();
    throw thrown;
  }
  return opened;
}

const isReady = (session: McpSession | null): boolean =>
  conditionOf(session?.status.conditions, 'Ready')?.status === 'True';

/** Only publishes and reads the one node. */
function memoryNodes(): NodeStore {
  let status: NodeStatus = {};
  const node = () => ({
    name: NODE,
    uid: NODE,
    resourceVersion: '1',
    generation: 1,
    labels: {},
    spec: { unschedulable: false },
    status,
  });
  return {
    list: async () => [node()],
    read: async () => node(),
    async publish(wanted) {
      ({ status } = wanted);
      return node();
    },
  };
}
