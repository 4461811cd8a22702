// One session, its container, an API server that can go away, and the real looks, book and keeper of a controller by a clock that
// the test moves. A process can be killed at any moment; what it kept is what the next one finds.

import { createContainerView } from '../../../src/controller/container-view.ts';
import { keepDeadlines } from '../../../src/controller/deadline-keeper.ts';
import { createGrantBook, type GrantBook, readNodeState } from '../../../src/controller/grants.ts';
import { createImageLooks } from '../../../src/controller/image-looks.ts';
import { reconcile } from '../../../src/controller/reconcile.ts';
import { createSessionMemories, type SessionMemories } from '../../../src/controller/session-memory.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { rememberPerHolder } from '../../../src/lib/remember.ts';
import { conditionOf } from '../../../src/model/conditions.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpec, SessionSpecInput } from '../../../src/model/session-spec.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { createWorkQueue } from '../../../src/process/work-queue.ts';
import { idleInits } from '../../support/idle-inits.ts';
import { keptInMemory } from '../../support/kept-text.ts';
import { openLanes } from '../../support/open-lanes.ts';
import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { aStoredSession, aWorld, runToRest, STORY_IMAGE, STORY_NODE, STORY_START_MS } from '../../support/story.ts';
import { createManualClock } from '../process/manual-clock.ts';

const KEY = 'team-a/hello';
const HOLDER = 'controller-1';
/** Fixed, and slow to parse. */
const POLICIES = fixedPolicies();

/** A session that runs. Making it costs more than most tests that begin with it, and nobody changes it. */
export interface RunningSession {
  readonly session: McpSession;
  readonly containers: readonly ObservedContainer[];
}

export function aRunningSession(spec: Partial<SessionSpecInput>): RunningSession {
  const story = aWorld({ session: aStoredSession(spec) });
  runToRest(story);
  const { session, containers } = story;
  if (session === null || containers === null) throw new Error('the story made no session');
  return { session, containers };
}

export const aNodeWithSession = (spec: Partial<SessionSpecInput>) => aNodeWith(aRunningSession(spec));

export function aNodeWith(story: RunningSession) {
  const clock = createManualClock(STORY_START_MS);
  const kept = keptInMemory();
  const world = {
    server: story.session,
    cached: story.session,
    containers: [...story.containers] as ObservedContainer[],
    /** Since when the API server does not answer; null while it does. */
    awaySinceMs: null as number | null,
    /** How long the watch takes. */
    watchDelayMs: 0,
    /** Every stop and removal is refused. */
    engineIsBusy: false,
    holder: HOLDER,
    ends: [] as { readonly by: 'stop' | 'remove'; readonly atMs: number }[],
    writes: 0,
  };
  const own = () => world.containers[0] ?? null;
  const answer = async <T>(act: () => T): Promise<T> => {
    if (world.awaySinceMs !== null) throw new OperatorError('unavailable', 'the API server does not answer');
    return act();
  };
  const find = (id: string) => world.containers.find((each) => each.id === id || each.spec.containerName === id);
  let noteEngineEvent = () => {};
  const touch = () => {
    if (world.engineIsBusy) throw new OperatorError('conflict', 'the engine is busy with this container');
    noteEngineEvent();
  };
  const engine = {
    inspect: async (id: string) => {
      const container = find(id);
      return container === undefined ? null : { ours: true, container };
    },
    inspectImage: async () => STORY_IMAGE,
    stop: async (id: string) => {
      touch();
      world.ends.push({ by: 'stop', atMs: clock.nowMs() });
      world.containers = world.containers.map((each) => (each.id === id ? { ...each, state: 'exited' } : each));
    },
    remove: async (id: string) => {
      touch();
      world.ends.push({ by: 'remove', atMs: clock.nowMs() });
      world.containers = world.containers.filter((each) => each.id !== id);
    },
  } as unknown as ContainerEngine; // these tests need nothing else
  let onChange: (key: string) => void = () => {};
  const change = (next: McpSession): McpSession => {
    const resourceVersion = String(Number(world.server.meta.resourceVersion) + 1);
    world.server = { ...next, meta: { ...next.meta, resourceVersion } };
    const told = world.server;
    const tell = () => {
      world.cached = told;
      onChange(KEY);
    };
    if (world.watchDelayMs === 0) tell();
    else void clock.sleep(world.watchDelayMs, new AbortController().signal).then(tell);
    return world.server;
  };
  const store = {
    read: () => answer(() => world.server),
    writeStatus: (session: McpSession, status: McpSession['status']) =>
      answer(() => {
        if (session.meta.resourceVersion !== world.server.meta.resourceVersion)
          throw new OperatorError('conflict', 'the object has been modified');
        world.writes += 1;
        return change({ ...world.server, status });
      }),
    delete: async () => {},
  } as unknown as SessionStore; // as above

  const startProcess = async (options: { readonly serves: () => boolean }) => {
    const end = new AbortController();
    const identity = { cluster: 'cluster-1', nodeName: 'node-1' };
    const { sessions } = await readNodeState(kept, identity, silentLog);
    const grants = createGrantBook({ kept, identity, sessions, anchor: () => null, clock, log: silentLog });
    const memories: SessionMemories = createSessionMemories();
    const view = createContainerView(engine);
    view.replaceAll(
      world.containers.map(({ id, state }) => ({
        id,
        state,
        uid: 'u',
        namespace: 'team-a',
        name: 'hello',
        createdMs: 0,
      })),
    );
    noteEngineEvent = () => view.markStale(KEY);
    const deps = {
      ...openLanes(engine, clock),
      ...{ engine, view, store, memories, clock, grants },
      cache: { cached: () => world.cached } as unknown as SessionCache, // as above
      events: { record: () => {} },
      hostPaths: { resolve: async () => [], inContainer: async () => ({ seen: true as const, mounts: [] }) },
      images: createImageLooks(engine, clock),
      inits: idleInits,
      references: { read: () => Promise.resolve([]) },
      wayInto: () => 'session-init' as const,
      onRunning: () => {},
      onReleased: () => {},
      written: (session: McpSession) => void (world.cached = session),
      log: silentLog,
      policies: POLICIES,
      namespaces: unlabelled,
      drain: () => null,
      leftBehind: { count: () => 0, settled: () => {} },
      node: () => STORY_NODE,
    };
    const queue = createWorkQueue({
      concurrency: 1,
      process: async (key, signal) => (options.serves() ? reconcile(deps, key, signal) : { requeueAfterMs: 500 }),
      clock,
      random: () => 0.5,
      onError: () => {},
    });
    onChange = (key) => queue.add(key);
    const keeper = keepDeadlines(
      {
        ...{ grants, engine, store, clock, log: silentLog, isServing: options.serves },
        lease: {
          leases: {
            read: () =>
              answer(() => ({ holder: world.holder, durationSeconds: 15, renewTime: '', resourceVersion: '1' })),
          },
          ...{ name: 'mcpsession-node-node-1', identity: HOLDER },
        },
        onChange: (key) => queue.add(key),
      },
      end.signal,
    );
    queue.add(KEY);
    const running = Promise.all([queue.run(end.signal), keeper]);
    return {
      grants: grants as GrantBook,
      memories,
      kill: async () => {
        end.abort();
        await clock.advance(0);
        await running;
      },
    };
  };

  const reason = () => conditionOf(world.server.status.conditions, 'Ready')?.reason ?? 'none';
  return {
    ...{ world, clock, kept, startProcess, own, reason },
    uid: story.session.meta.uid,
    startMs: STORY_START_MS,
    setApiAway: (away: boolean) => {
      world.awaySinceMs = away ? clock.nowMs() : null;
    },
    /** As a lease does: the controller loses the node when the API server has been silent for so long. */
    servesFor: (ms: number) => () => world.awaySinceMs === null || clock.nowMs() - world.awaySinceMs < ms,
    isRunning: () => own()?.state === 'running',
    patch: (lifetime: Partial<SessionSpec['lifetime']>) => {
      const { spec, meta } = world.server;
      if (spec === null) throw new Error('no spec');
      change({
        ...world.server,
        spec: withLifetime(spec, lifetime),
        meta: { ...meta, generation: meta.generation + 1 },
      });
    },
  };
}

/** The same change of the same session is the same object, of which the looks remember what they made. */
const withLifetime = rememberPerHolder(
  (spec: SessionSpec, lifetime: Partial<SessionSpec['lifetime']>): SessionSpec => ({
    ...spec,
    lifetime: { ...spec.lifetime, ...lifetime },
  }),
);

export type NodeWithSession = ReturnType<typeof aNodeWith>;
