// A placement in a world in memory: sessions with resourceVersions, nodes, leases that controllers renew, and a clock that a test
// moves. Writes and looks are counted, so that a test can say what a change costs.

import { OperatorError } from '../../src/lib/errors.ts';
import { FINALIZER, NODE_LEASE_PREFIX, sessionKeyOf } from '../../src/model/names.ts';
import type { McpNode } from '../../src/model/node.ts';
import type { McpSession, SessionStatus } from '../../src/model/session.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { reserveOf } from '../../src/plan/room.ts';
import { runPlacement } from '../../src/placement/placement.ts';
import { silentLog } from '../../src/ports/log.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../src/process/leader.ts';
import { createMetrics } from '../../src/process/metrics.ts';
import { createLeaseServer } from '../unit/process/leases.ts';
import { createManualClock, settle } from '../unit/process/manual-clock.ts';
import { aNode, type NodeChange } from './a-node.ts';
import { aPolicySet } from './policies.ts';
import { aStoredSession, STORY_START_MS } from './story.ts';

export interface SessionChange {
  readonly meta?: Partial<McpSession['meta']>;
  readonly spec?: Partial<SessionSpecInput>;
  readonly status?: SessionStatus;
}

export type PlacementWorld = ReturnType<typeof createPlacementWorld>;

const RENEW_EVERY_MS = 5_000;
const UNLIMITED = { limits: { perNamespace: 100_000, perOwner: 100_000, maxMemory: '64Gi' } };

export function createPlacementWorld(settings: Readonly<Record<string, unknown>> = UNLIMITED) {
  const clock = createManualClock(STORY_START_MS);
  const server = createLeaseServer(clock);
  const sessions = new Map<string, McpSession>();
  const nodes = new Map<string, McpNode>();
  const beating = new Set<string>();
  const count = { writes: 0, reads: 0, scans: 0 };
  const events: string[] = [];
  let set = aPolicySet(settings);
  let version = 100;
  let sessionsChanged: (key: string) => void = () => {};
  let nodesChanged: (name: string) => void = () => {};
  /** McpNodes that the API server has and the watch has not told of. */
  const untold = new Set<string>();
  /** What the next writes meet, in turn. */
  const faults: ('conflict' | 'lost-answer' | 'lost-request' | 'invalid')[] = [];
  let serverAway = false;

  const meet = (): void => {
    if (serverAway) throw new OperatorError('unavailable', 'the API server is away');
  };
  const store = (session: McpSession): McpSession => {
    version += 1;
    const stored = { ...session, meta: { ...session.meta, resourceVersion: String(version) } };
    sessions.set(sessionKeyOf(session.meta), stored);
    sessionsChanged(sessionKeyOf(session.meta));
    return stored;
  };

  const writeStatus = (seen: McpSession, status: SessionStatus): Promise<McpSession> =>
    write(seen, (known) => ({ ...known, status }));

  const write = async (seen: McpSession, change: (known: McpSession) => McpSession): Promise<McpSession> => {
    await Promise.resolve();
    meet();
    count.writes += 1;
    const fault = faults.shift();
    if (fault === 'conflict' || fault === 'invalid') throw new OperatorError(fault, fault);
    if (fault === 'lost-request') throw new OperatorError('timeout', 'no answer');
    const known = sessions.get(sessionKeyOf(seen.meta));
    if (known?.meta.uid !== seen.meta.uid) throw new OperatorError('not-found', 'gone');
    if (known.meta.resourceVersion !== seen.meta.resourceVersion) throw new OperatorError('conflict', 'changed');
    const written = store(change(known));
    if (fault === 'lost-answer') throw new OperatorError('timeout', 'no answer');
    return written;
  };

  const setFinalizer = async (seen: McpSession, present: boolean): Promise<McpSession | null> => {
    const others = seen.meta.finalizers.filter((finalizer) => finalizer !== FINALIZER);
    const finalizers = present ? [...others, FINALIZER] : others;
    const written = await write(seen, (known) => ({ ...known, meta: { ...known.meta, finalizers } }));
    if (written.meta.deletionMs === null || finalizers.length > 0) return written;
    world.remove(seen.meta.name);
    return null;
  };

  const leases = server.connect();
  const list: typeof leases.list = async (prefix) => {
    await Promise.resolve();
    meet();
    return new Map([...server.records].filter(([name]) => name.startsWith(prefix)));
  };
  const beat = async (name: string): Promise<void> => {
    const lease = `${NODE_LEASE_PREFIX}${name}`;
    const resourceVersion = server.records.get(lease)?.resourceVersion ?? null;
    await server
      .connect()
      .write(lease, { holder: name, durationSeconds: 15, resourceVersion }, new AbortController().signal);
  };

  const world = {
    clock,
    count,
    events,
    faults,
    leases: server,
    put(name: string, change: SessionChange = {}): string {
      const base = aStoredSession(change.spec);
      const session = {
        ...base,
        meta: { ...base.meta, name, uid: `uid-${name}`, ...change.meta },
        status: change.status ?? {},
      };
      store(session);
      return sessionKeyOf(session.meta);
    },
    get(name: string, namespace = 'team-a'): McpSession {
      const found = sessions.get(`${namespace}/${name}`);
      if (found === undefined) throw new Error(`no session ${name}`);
      return found;
    },
    all: () => [...sessions.values()],
    change(name: string, change: (session: McpSession) => McpSession): void {
      store(change(world.get(name)));
    },
    remove(name: string): void {
      sessions.delete(`team-a/${name}`);
      sessionsChanged(`team-a/${name}`);
    },
    async putNode(name: string, change: NodeChange = {}): Promise<void> {
      nodes.set(name, aNode(name, change));
      beating.add(name);
      await beat(name);
      nodesChanged(name);
    },
    removeNode(name: string): void {
      nodes.delete(name);
      nodesChanged(name);
    },
    /** The McpNode is there again, and the watch has yet to tell. */
    putNodeUntold(name: string): void {
      untold.add(name);
    },
    /** Its controller is killed, or cannot reach the API server; with "released" it stopped in good order. */
    async silence(name: string, how: 'silent' | 'released' = 'silent'): Promise<void> {
      beating.delete(name);
      const lease = `${NODE_LEASE_PREFIX}${name}`;
      const known = server.records.get(lease);
      if (how === 'released' && known !== undefined) server.records.set(lease, { ...known, holder: '' });
    },
    wake(name: string): void {
      beating.add(name);
    },
    setServerAway(away: boolean): void {
      serverAway = away;
    },
    setPolicy(changed: Readonly<Record<string, unknown>>): void {
      set = aPolicySet(changed);
    },
    nodeOf: (name: string): string | null => world.get(name).status.assignment?.nodeName ?? null,
    ready: (name: string): string => {
      const found = world.get(name).status.conditions?.find(({ type }) => type === 'Ready');
      return found === undefined ? '' : `${found.reason}: ${found.message}`;
    },
    /** Names of those with a node, by node. */
    placed(): Readonly<Record<string, readonly string[]>> {
      const found: Record<string, string[]> = {};
      for (const { meta, status } of sessions.values()) {
        const node = status.assignment?.nodeName;
        if (node !== undefined) (found[node] ??= []).push(meta.name);
      }
      return found;
    },
    /** Time passes; controllers that live renew their leases meanwhile. */
    async pass(ms: number): Promise<void> {
      for (let left = ms; left > 0; left -= RENEW_EVERY_MS) {
        if (!serverAway) for (const name of beating) await beat(name);
        await clock.advance(Math.min(left, RENEW_EVERY_MS));
      }
      await settle();
    },
    /** Lets what is pending happen, without much time. */
    async settle(): Promise<void> {
      if (!serverAway) for (const name of beating) await beat(name);
      for (let turn = 0; turn < 10; turn += 1) await clock.advance(60);
    },
    start(identity = 'placement-1') {
      const stop = new AbortController();
      const { signal } = stop;
      const until = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      const sync = Promise.withResolvers<void>();
      let synced = false;
      const done = runPlacement(
        {
          cache: {
            async run(onChange) {
              const notify = (key: string): void => void setImmediate(() => onChange(key));
              sessionsChanged = notify;
              synced = true;
              sync.resolve();
              for (const key of sessions.keys()) notify(key);
              await until;
            },
            isSynced: () => synced,
            whenSynced: () => sync.promise,
            cached: ({ namespace, name }) => {
              count.reads += 1;
              return sessions.get(`${namespace}/${name}`) ?? null;
            },
            all: () => {
              count.scans += 1;
              return sessions.values();
            },
            lastSeenMs: () => 0,
          },
          store: {
            writeStatus,
            setFinalizer,
            read: async ({ namespace, name }: { namespace: string; name: string }) => {
              meet();
              return sessions.get(`${namespace}/${name}`) ?? null;
            },
          } as never, // placement asks for nothing else
          events: {
            record: (session, { reason, message }) => void events.push(`${session.meta.name} ${reason}: ${message}`),
          },
          nodes: {
            async run(onChange) {
              nodesChanged = onChange;
              await until;
            },
            isSynced: () => true,
            all: () => nodes.values(),
            cached: (name) => nodes.get(name) ?? null,
          },
          nodeStore: {
            async read(name) {
              meet();
              return nodes.get(name) ?? (untold.has(name) ? aNode(name) : null);
            },
          },
          policies: {
            whenKnown: () => Promise.resolve(),
            of: () => set.profiles.sandbox.policy,
            reserve: () => reserveOf(set.profiles.sandbox.policy.limits),
          },
          leases: { ...leases, list },
          identity,
          durations: DEFAULT_LEASE_DURATIONS,
          clock,
          random: () => 0,
          log: silentLog,
          metrics: createMetrics({ version: 'test' }),
          written: () => {},
        },
        signal,
      );
      return {
        async stop(): Promise<void> {
          stop.abort();
          await settle();
          await clock.advance(15_000);
          await done;
        },
      };
    },
  };
  return world;
}
