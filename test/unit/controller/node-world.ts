// One node in memory for the whole controller: sessions, an engine that a test can make hang or lose answers, one lease.

import { createController, type Controller, type ControllerOptions } from '../../../src/controller/controller.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import { sessionKeyOf } from '../../../src/model/names.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import type { ContainerEngine, EngineEvent } from '../../../src/ports/container-engine.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { NodeStore } from '../../../src/ports/nodes.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { orAborted } from '../../../src/process/deadline.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../../src/process/leader.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { noAttachments } from '../../support/no-attachments.ts';
import { idleInits } from '../../support/idle-inits.ts';
import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { aStoredSession, STORY_IMAGE, STORY_INIT_VOLUME, STORY_NODE, STORY_START_MS } from '../../support/story.ts';
import { createLeaseServer, type LeaseServer } from '../process/leases.ts';
import { createManualClock, type ManualClock } from '../process/manual-clock.ts';

type Call = keyof ContainerEngine;

export interface NodeWorld {
  readonly clock: ManualClock;
  readonly controller: Controller;
  readonly leases: LeaseServer;
  readonly sessions: Map<string, McpSession>;
  readonly containers: Map<string, ObservedContainer>;
  /** "create <session>", in the order in which they arrived at the engine. */
  readonly calls: string[];
  /** Asked before each engine call; what it returns is awaited, and what it throws is the answer. */
  onCall: (call: Call, target: string) => Promise<void> | void;
  /** Asked after the effect of a call and before its answer. */
  onEffect: (call: Call, target: string) => Promise<void> | void;
  /** What the watch shows instead of what the API server has; null: the same. */
  cached: Map<string, McpSession> | null;
  /** Whether the cache takes in what was read and written; false: it stays as it is, whatever happens. */
  cacheLearns: boolean;
  readonly orphans: string[];
  readonly store: { read: SessionStore['read'] };
  /** Events reach the controller; false: the stream is deaf. */
  hears: boolean;
  images: Set<string>;
  readonly connection: ReturnType<LeaseServer['connect']>;
  put(name: string, change?: Partial<SessionSpecInput>): McpSession;
  change(name: string, how: (session: McpSession) => McpSession): void;
  drop(name: string): void;
  closeEvents(): void;
  reason(name: string): string;
  tell(event: EngineEvent): void;
  readonly statusWrites: () => number;
  stop(): Promise<void>;
  /** As SIGTERM does. */
  askToStop(): void;
  readonly hasEnded: () => boolean;
}

const IMAGE = aStoredSession().spec?.image ?? '';

export async function aNode(change: Partial<ControllerOptions> = {}): Promise<NodeWorld> {
  const clock = createManualClock(STORY_START_MS);
  const leases = createLeaseServer(clock);
  const connection = leases.connect();
  const sessions = new Map<string, McpSession>();
  const containers = new Map<string, ObservedContainer>();
  const calls: string[] = [];
  const orphans: string[] = [];
  let onChange: (key: string) => void = () => {};
  let onEvent: (event: EngineEvent) => void = () => {};
  let endStream: () => void = () => {};
  let writes = 0;
  let version = 1;

  const nameOf = (id: string): string => containers.get(id)?.spec.identity.name ?? id;
  const asked = async (call: Call, target: string, signal: AbortSignal): Promise<void> => {
    if (call !== 'ping' && call !== 'facts') calls.push(`${call} ${target}`);
    await orAborted(Promise.resolve(world.onCall(call, target)), signal);
  };
  const put = (session: McpSession): McpSession => {
    version += 1;
    const stored = { ...session, meta: { ...session.meta, resourceVersion: String(version) } };
    sessions.set(sessionKeyOf(session.meta), stored);
    onChange(sessionKeyOf(session.meta));
    return stored;
  };
  const tell = (id: string, action: string): void => {
    const identity = containers.get(id)?.spec.identity;
    if (identity !== undefined && world.hears) onEvent({ containerId: id, action, ...identity });
  };
  const alter = (id: string, how: Partial<ObservedContainer>): void => {
    const known = containers.get(id);
    if (known !== undefined) containers.set(id, { ...known, ...how });
  };

  const engine = {
    ping: (signal) => asked('ping', '', signal),
    facts: async (signal) => {
      await asked('facts', '', signal);
      return STORY_NODE;
    },
    inspectImage: async (reference, signal) => {
      await asked('inspectImage', reference, signal);
      return reference === STORY_IMAGE.id || world.images.has(reference) ? STORY_IMAGE : null;
    },
    pullImage: async (reference, signal) => {
      await asked('pullImage', reference, signal);
      world.images.add(reference);
    },
    sessionInitVolume: async () => STORY_INIT_VOLUME,
    create: async (spec, signal) => {
      await asked('create', spec.identity.name, signal);
      const taken = [...containers.values()].some((known) => known.spec.containerName === spec.containerName);
      if (taken) throw new OperatorError('already-exists', 'the name is taken');
      const id = `${calls.length}`.padStart(64, 'c');
      const made = { createdMs: clock.nowMs(), startedMs: null, finishedMs: null, exitCode: null, oomKilled: false };
      containers.set(id, { ...made, id, engineError: '', pid: null, state: 'created', spec });
      tell(id, 'create');
      await world.onEffect('create', spec.identity.name);
      return { id };
    },
    start: async (id, signal) => {
      const name = nameOf(id);
      await asked('start', name, signal);
      alter(id, { state: 'running', startedMs: clock.nowMs(), pid: 1 });
      tell(id, 'start');
      await world.onEffect('start', name);
    },
    stop: async (id, _graceSeconds, signal) => {
      await asked('stop', nameOf(id), signal);
      alter(id, { state: 'exited', finishedMs: clock.nowMs(), exitCode: 0 });
      tell(id, 'die');
    },
    remove: async (id, signal) => {
      const name = nameOf(id);
      await asked('remove', name, signal);
      tell(id, 'destroy');
      containers.delete(id);
      await world.onEffect('remove', name);
    },
    inspect: async (idOrName, signal) => {
      await asked('inspect', nameOf(idOrName), signal);
      const found =
        containers.get(idOrName) ?? [...containers.values()].find(({ spec }) => spec.containerName === idOrName);
      return found === undefined ? null : { ours: true, container: found };
    },
    list: async (signal) => {
      await asked('list', '', signal);
      return [...containers.values()].map(({ id, state, createdMs, spec }) => ({
        ...spec.identity,
        id,
        state,
        createdMs,
      }));
    },
    ...noAttachments,
    watchEvents: (listener, signal) => {
      onEvent = listener;
      return new Promise<void>((resolve) => {
        endStream = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  } satisfies ContainerEngine;

  const store = {
    read: async ({ namespace, name }) => sessions.get(`${namespace}/${name}`) ?? null,
    writeStatus: async (session, status) => {
      writes += 1;
      const known = sessions.get(sessionKeyOf(session.meta));
      if (known?.meta.resourceVersion !== session.meta.resourceVersion) throw new OperatorError('conflict', 'changed');
      return put({ ...known, status });
    },
    setFinalizer: async (session, present) => {
      const known = sessions.get(sessionKeyOf(session.meta));
      if (known?.meta.resourceVersion !== session.meta.resourceVersion) throw new OperatorError('conflict', 'changed');
      calls.push(`${present ? 'add' : 'remove'} finalizer ${session.meta.name}`);
      if (!present && known.meta.deletionMs !== null) {
        sessions.delete(sessionKeyOf(session.meta));
        onChange(sessionKeyOf(session.meta));
        return null;
      }
      return put({ ...known, meta: { ...known.meta, finalizers: present ? ['mcpsession.dev/container'] : [] } });
    },
    delete: async ({ namespace, name }) => void sessions.delete(`${namespace}/${name}`),
  } as Partial<SessionStore> as SessionStore; // the controller asks for nothing else

  const cache: SessionCache = {
    run: (listener, signal) => {
      onChange = listener;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
    isSynced: () => true,
    whenSynced: () => Promise.resolve(),
    cached: ({ namespace, name }) => (world.cached ?? sessions).get(`${namespace}/${name}`) ?? null,
    all: () => (world.cached ?? sessions).values(),
    lastSeenMs: () => 0,
  };

  const controller = createController({
    cache,
    engine,
    store,
    events: { record: () => {} },
    hostPaths: { resolve: async () => [], inContainer: async () => ({ seen: true, mounts: [] }) },
    inits: idleInits,
    references: { read: () => Promise.resolve([]) },
    wayInto: () => 'session-init',
    onRunning: () => {},
    onReleased: () => {},
    onOrphanRemoved: ({ spec }) => orphans.push(spec.identity.uid),
    clock,
    random: () => 1,
    log: silentLog,
    metrics: createMetrics({ version: 'test' }),
    policies: fixedPolicies(),
    namespaces: unlabelled,
    nodeName: STORY_NODE.nodeName,
    cluster: STORY_NODE.cluster,
    written: (session) => {
      if (world.cacheLearns) world.cached?.set(sessionKeyOf(session.meta), session);
    },
    publisher: {
      nodes: { read: async () => null, publish: async () => ({}) } as unknown as NodeStore, // nobody looks at the node here
      labels: {},
      slots: () => 100,
      nodeApi: { url: '', caPem: '' },
    },
    lease: { leases: connection, identity: 'me', durations: DEFAULT_LEASE_DURATIONS },
    concurrency: 2,
    sweepIntervalMs: 30_000,
    grants: grantsInMemory(clock),
    ...change,
  });
  const end = new AbortController();
  let ended = false;
  const world: NodeWorld = {
    clock,
    controller,
    leases,
    connection,
    sessions,
    containers,
    calls,
    onCall: () => {},
    onEffect: () => {},
    hears: true,
    cached: null,
    cacheLearns: true,
    orphans,
    store,
    images: new Set([IMAGE]),
    put(name, spec = {}) {
      const base = aStoredSession(spec);
      const uid = `${name}-${sessions.size}-4a63-9d0f-6a9b1c2d3e4f`;
      return put({ ...base, meta: { ...base.meta, name, uid, creationMs: clock.nowMs() } });
    },
    change(name, how) {
      const known = sessions.get(`team-a/${name}`);
      if (known !== undefined) put(how(known));
    },
    drop(name) {
      sessions.delete(`team-a/${name}`);
      onChange(`team-a/${name}`);
    },
    closeEvents: () => endStream(),
    reason: (name) =>
      sessions.get(`team-a/${name}`)?.status.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '',
    tell: (event) => onEvent(event),
    statusWrites: () => writes,
    hasEnded: () => ended,
    askToStop: () => end.abort(new OperatorError('cancelled', 'stop')),
    async stop() {
      end.abort(new OperatorError('cancelled', 'stop'));
      await clock.advance(20_000);
      await running;
    },
  };
  const running = controller.run(end.signal).finally(() => (ended = true));
  running.catch(() => {}); // awaited by stop()
  await clock.advance(1);
  return world;
}

export const asDeleted = (session: McpSession): McpSession => ({
  ...session,
  meta: { ...session.meta, deletionMs: session.meta.creationMs + 1 },
});
