// Gives each session a node, queues what does not fit, and declares nodes lost. One leader; every write is fenced by the
// resourceVersion that was seen, so that a leader which lost its lease in the middle of a write cannot undo its successor's work.

import { parseSessionKey, sessionKeyOf } from '../model/names.ts';
import type { McpNode } from '../model/node.ts';
import type { Policy } from '../model/policy.ts';
import type { McpSession } from '../model/session.ts';
import { isLost, type NodeLife } from '../plan/node-life.ts';
import type { Reserve } from '../plan/room.ts';
import { isHeldBack } from '../plan/stranded.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LeaseStore, NodeStore } from '../ports/nodes.ts';
import type { SessionCache, SessionEvents, SessionStore } from '../ports/sessions.ts';
import { type LeaseDurations, runAsLeader } from '../process/leader.ts';
import type { Metrics } from '../process/metrics.ts';
import { createWorkQueue, type WorkQueueOptions } from '../process/work-queue.ts';
import { createAssigner } from './assign.ts';
import { createNodeWatch } from './node-watch.ts';
import { refreshLoop } from './refresh.ts';
import { createReleases } from './releases.ts';
import { createReports } from './reports.ts';
import { PlacementState } from './state.ts';

export interface PlacementOptions {
  /** Every session: the assigned ones tell how full the nodes are. */
  readonly cache: SessionCache;
  readonly store: SessionStore;
  readonly events: SessionEvents;
  /** Nodes as last seen; the watch behind it is run by us. */
  readonly nodes: NodeCache;
  /** Asks the API server itself. */
  readonly nodeStore: Pick<NodeStore, 'read'>;
  /** The policy that the labels of a namespace choose now, and what the default profile reserves for each session. */
  readonly policies: {
    whenKnown(signal: AbortSignal): Promise<void>;
    of(namespace: string): Policy;
    reserve(): Reserve;
  };
  readonly leases: LeaseStore;
  readonly identity: string;
  readonly durations: LeaseDurations;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Our own write, to be seen by the cache before its echo arrives. */
  readonly written: (session: McpSession) => void;
}

export interface NodeCache {
  /** `onChange` with the name of each node that came, changed or went. */
  run(onChange: (name: string) => void, signal: AbortSignal): Promise<void>;
  isSynced(): boolean;
  all(): Iterable<McpNode>;
  cached(name: string): McpNode | null;
}

export const PLACEMENT_LEASE = 'mcpsession-placement';

/** A node that is not known yet, at start, is no reason to say that there is none. */
const NOT_SYNCED_RETRY_MS = 50;
/** While nobody can tell whether nodes live. */
const NOT_FRESH_RETRY_MS = 500;
const PASS = 'pass';
const TEXTS_AT_A_TIME = 2;

/** Runs until `signal` aborts; acts only while it leads. */
export function runPlacement(options: PlacementOptions, signal: AbortSignal): Promise<void> {
  const { leases, identity, durations, clock, log } = options;
  const lead = (leading: AbortSignal) => placeWhileLeading(options, leading);
  return runAsLeader({ leases, name: PLACEMENT_LEASE, identity, durations, clock, log, lead }, signal);
}

async function placeWhileLeading(options: PlacementOptions, signal: AbortSignal): Promise<void> {
  const { cache, clock, leases, log, nodes, policies } = options;
  const nodeWatch = createNodeWatch({ leases, clock, log, nodeNames: () => nodeNames(nodes, state) });
  const state = new PlacementState({ nodes, life: nodeWatch.life, nowMs: () => clock.nowMs() });
  /** Told why they wait once they were tried. */
  const newcomers = new Set<string>();

  const note = (key: string, session: McpSession | null): void => {
    const isNew = state.note(key, session) === 'new';
    if (isNew) newcomers.add(key);
    if (isNew || state.hasUntried) passes.add(PASS);
    if (session !== null && hasNews(state, session)) texts.add(key);
  };
  const look = (key: string): void => note(key, cache.cached(parseSessionKey(key)));
  const written = (session: McpSession): void => {
    options.written(session);
    note(sessionKeyOf(session.meta), session);
  };
  const parts = { ...options, state, written, gone: (key: string) => note(key, null) };
  const assigner = createAssigner(parts);
  const reports = createReports(parts);
  const releases = createReleases(parts);

  const pass = async (_key: string, passing: AbortSignal): Promise<Wish> => {
    if (!nodes.isSynced() || !nodeWatch.isSynced()) return { requeueAfterMs: NOT_SYNCED_RETRY_MS };
    if (!nodeWatch.isFresh()) return { requeueAfterMs: NOT_FRESH_RETRY_MS };
    state.setReserve(policies.reserve(), () => cache.all());
    const isDone = await assigner.pass(passing);
    for (const key of newcomers) texts.add(key);
    newcomers.clear();
    return { requeueAfterMs: isDone ? null : NOT_SYNCED_RETRY_MS };
  };
  /** What is known of nodes must be of this moment, here too: a frozen placement must not call nodes lost. */
  const say = async (key: string, saying: AbortSignal): Promise<Wish> => {
    if (!nodes.isSynced() || !nodeWatch.isFresh()) return { requeueAfterMs: NOT_FRESH_RETRY_MS };
    if (state.isOverdue(key)) look(key); // another need from now on
    return (await releases.look(key, saying)) ?? reports.look(key, saying);
  };
  const passes = createWorkQueue(queueOptions(options, { concurrency: 1, process: pass }));
  const texts = createWorkQueue(queueOptions(options, { concurrency: TEXTS_AT_A_TIME, process: say }));

  const lookAtSessionsOf = (nodeName: string): void => {
    for (const key of [...state.ledger.keysOn(nodeName)]) look(key);
  };
  const changed = (): void => {
    state.retryAll();
    if (state.hasUntried) passes.add(PASS);
  };
  const onLives = (lives: ReadonlyMap<string, NodeLife>): void => {
    for (const [name, life] of lives) {
      log.info('node', { node: name, life });
      if (life === 'alive') reports.nodeBack(name);
      lookAtSessionsOf(name);
    }
    changed();
  };
  // Ahead of what waits for it: until this run has begun, the cache still counts as synced by the term before.
  const caching = cache.run(look, signal);
  const known = Promise.all([cache.whenSynced(signal), policies.whenKnown(signal)]);
  const whenKnown = (run: () => Promise<void>): Promise<void> => known.then(run, () => {}); // stopped before the first list
  await Promise.all([
    caching,
    nodes.run((name) => {
      nodeWatch.lookNow();
      changed();
      if (nodes.isSynced() && nodes.cached(name) === null) lookAtSessionsOf(name);
    }, signal),
    nodeWatch.run(onLives, signal),
    whenKnown(() => passes.run(signal)),
    whenKnown(() => texts.run(signal)),
    whenKnown(() => refreshLoop({ ...options, state, nodeWatch, changed, say: (key) => texts.add(key) }, signal)),
  ]);
}

interface Wish {
  readonly requeueAfterMs: number | null;
}

function* nodeNames(nodes: NodeCache, state: PlacementState): Iterable<string> {
  yield* state.ledger.nodeNames();
  if (nodes.isSynced()) for (const { name } of nodes.all()) yield name;
}

/** Whether there is something to say about a session that does not wait. */
function hasNews(state: PlacementState, session: McpSession): boolean {
  const life = state.lifeOf(session);
  if (isHeldBack(session)) return life === null || isLost(life);
  if (session.spec === null) return session.status.assignment === undefined;
  if (state.waiting.get(sessionKeyOf(session.meta)) !== null) return false;
  return life !== null && isLost(life);
}

function queueOptions(
  { clock, log, metrics, random }: PlacementOptions,
  work: Pick<WorkQueueOptions, 'concurrency' | 'process'>,
): WorkQueueOptions {
  return {
    ...work,
    clock,
    random,
    onError: (key, error) => log.warn('placement failed', { work: key, kind: error.kind, error: error.message }),
    metrics: {
      depth: () => {}, // what waits for a node is counted, not what waits for a look
      processed: ({ outcome, durationMs }) => {
        metrics.reconcileTotal.inc({ program: 'placement', outcome });
        metrics.reconcileDuration.observe({ program: 'placement' }, durationMs / 1000);
      },
    },
  };
}
