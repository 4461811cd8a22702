// Runs the real reconcile() on values: from the start of a pass through everything that it has met so far, up to the next thing that it
// asks of the world. A pass is the same whenever it meets the same, so each is run once and remembered.

import { reconcile, type ReconcileDependencies } from '../../../src/controller/reconcile.ts';
import { createSessionMemories, type SessionMemory } from '../../../src/controller/session-memory.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionGrant } from '../../../src/model/node-state.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { idleInits } from '../../support/idle-inits.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { openLanes } from '../../support/open-lanes.ts';
import { fixedPolicies, unlabelled } from '../../support/policies.ts';
import { STORY_IMAGE } from '../../support/story.ts';
import { observe } from './cached.ts';
import { changeView, createEncounters, type Encounters, knownOf, restoreView, type ViewChange } from './encounters.ts';
import {
  KEY,
  type Known,
  type LogEntry,
  NOW_MS,
  type PassStart,
  type Request,
  type Setting,
  shortId,
} from './model.ts';
import type { Pool } from './pool.ts';

export interface PassEnd {
  /** Milliseconds as reconcile() gave them; "failed" when it rejected, and the queue tries again after its backoff. */
  readonly again: number | null | 'failed';
  readonly memory: SessionMemory | null;
  readonly grants: readonly SessionGrant[];
  readonly view: readonly Known[];
}

export interface PassOutcome {
  /** null when it has ended. */
  readonly request: Request | null;
  /** Answers to its own writes that the cache was told of, in order. */
  readonly written: readonly McpSession[];
  readonly end: PassEnd | null;
}

export interface PassRunner {
  run(pass: { start: PassStart; log: readonly LogEntry[]; controller: number }): Promise<PassOutcome>;
  /** What the view knows after an event or a list that came between two passes. */
  viewAfter(known: readonly Known[], change: ViewChange): Promise<readonly Known[]>;
  /** Passes that were really run. */
  readonly runs: number;
}

const pending = new Promise<never>(() => {});
const clock: Clock = { nowMs: () => NOW_MS, monotonicMs: () => 0, sleep: () => pending };
const macrotask = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export function createPassRunner(setting: Setting, pool: Pool): PassRunner {
  const policies = fixedPolicies();
  const outcomes = new Map<string, Promise<PassOutcome>>();
  const views = new Map<string, Promise<readonly Known[]>>();
  let runs = 0;

  const runOnce = async (start: PassStart, log: readonly LogEntry[], controller: number): Promise<PassOutcome> => {
    runs += 1;
    const met = createEncounters(log);
    const memories = createSessionMemories();
    if (start.memory !== null) Object.assign(memories.of(KEY, start.memory.uid), start.memory);
    const grants = grantsInMemory(clock, { sessions: start.grants });
    let cached = start.session;
    const written: McpSession[] = [];
    await restoreView(met, start.view);
    const node = setting.nodes[setting.nodeOf[controller] ?? 0];
    if (node === undefined) throw new Error(`controller ${controller} has no node`);
    const deps: ReconcileDependencies = {
      engine: met.engine,
      view: met.view,
      store: storeOf(met.ask),
      cache: { cached: () => cached } as unknown as SessionCache, // a pass asks nothing else of it
      memories,
      ...openLanes(met.engine, clock),
      grants,
      images: { look: () => Promise.resolve(STORY_IMAGE) },
      inits: idleInits,
      hostPaths: { resolve: async () => [], inContainer: async () => ({ seen: true, mounts: [] }) },
      references: { read: () => Promise.resolve([]) },
      events: { record: () => {} },
      wayInto: () => 'session-init',
      onRunning: () => {},
      onReleased: () => {},
      written: (session) => {
        cached = observe(cached, session);
        written.push(pool.intern(session));
      },
      clock,
      log: silentLog,
      policies,
      namespaces: unlabelled,
      node: () => node,
      drain: () => null,
      leftBehind: { count: () => 0, settled: () => {} },
    };
    let again: PassEnd['again'] = null;
    let isOver = false;
    reconcile(deps, KEY, met.stop.signal).then(
      ({ requeueAfterMs }) => {
        again = requeueAfterMs;
        isOver = true;
      },
      (thrown: unknown) => {
        if (!(thrown instanceof OperatorError)) met.fault = thrown;
        again = 'failed';
        isOver = true;
      },
    );
    await macrotask();
    if (met.fault !== null) throw met.fault;
    if (!isOver) return { request: met.request, written, end: null };
    const memory = memories.peek(KEY);
    const end = {
      again,
      memory: memory === null ? null : pool.intern({ ...memory }),
      grants: pool.intern([...grants.all()]),
      view: await knownOf(met, pool),
    };
    return { request: null, written, end };
  };

  const viewKey = (known: readonly Known[]): string =>
    known.map(({ id, container }) => `${shortId(id)}:${pool.idOf(container)}`).join();

  return {
    run({ start, log, controller }) {
      const from = `${controller}/${pool.idOf(start.session)}/${viewKey(start.view)}/${pool.idOf(start.memory)}/${pool.idOf(start.grants)}`;
      const key = `${from}/${log.map((entry) => pool.idOf(entry)).join()}`;
      const known = outcomes.get(key) ?? runOnce(start, log, controller);
      outcomes.set(key, known);
      return known;
    },
    viewAfter(known, change) {
      const key = `${viewKey(known)}/${pool.idOf(change)}`;
      const after = views.get(key) ?? changeView(known, change, pool);
      views.set(key, after);
      return after;
    },
    get runs() {
      return runs;
    },
  };
}

function storeOf(ask: Encounters['ask']): SessionStore {
  return {
    read: () => ask({ ask: 'session' }),
    writeStatus: ({ meta: { uid, resourceVersion } }, status) => ask({ send: 'status', uid, resourceVersion, status }),
    setFinalizer: ({ meta: { uid, resourceVersion } }, present) =>
      ask({ send: 'finalizer', uid, resourceVersion, present }),
    delete: ({ uid }) => ask({ send: 'delete', uid }),
  } as Partial<SessionStore> as SessionStore; // anything else fails loudly
}
