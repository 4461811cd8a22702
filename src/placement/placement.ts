// Assigns each session to a node, once. One leader; every write is fenced by the resourceVersion that was seen, so that a
// leader which lost its lease in the middle of a write cannot undo its successor's work.

import { isFault } from '../lib/errors.ts';
import { isoTime } from '../lib/iso-time.ts';
import { sameJson } from '../lib/same-json.ts';
import { parseSessionKey, sessionKeyOf } from '../model/names.ts';
import type { McpNode } from '../model/node.ts';
import type { Policy } from '../model/policy.ts';
import type { McpSession } from '../model/session.ts';
import { reportedStatus } from '../plan/next-status.ts';
import { type Placement, place } from '../plan/place.ts';
import { waitForQuota } from '../plan/quota-turn.ts';
import { refusalOf } from '../plan/refusal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LeaseStore } from '../ports/nodes.ts';
import type { SessionCache, SessionEvents, SessionStore } from '../ports/sessions.ts';
import { type LeaseDurations, runAsLeader } from '../process/leader.ts';
import type { Metrics } from '../process/metrics.ts';
import { createWorkQueue } from '../process/work-queue.ts';
import { createNodeWatch } from './node-watch.ts';

export interface PlacementOptions {
  /** Every session: the assigned ones tell how full the nodes are. */
  readonly cache: SessionCache;
  readonly store: SessionStore;
  readonly events: SessionEvents;
  /** Nodes as last seen; the watch behind it is run by us. */
  readonly nodes: NodeCache;
  /** The policy that the labels of a namespace choose now. */
  readonly policies: { whenKnown(signal: AbortSignal): Promise<void>; of(namespace: string): Policy };
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
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
  readonly synced: boolean;
  all(): Iterable<McpNode>;
}

type NodeWatch = ReturnType<typeof createNodeWatch>;

export const PLACEMENT_LEASE = 'mcpsession-placement';

/** Sessions that fit nowhere are tried again when a node changes, and after this long in any case. */
const WAIT_RETRY_MS = 5_000;
/** A node that is not known yet, at start, is no reason to say that there is none. */
const NOT_SYNCED_RETRY_MS = 50;

/** Runs until `signal` aborts; acts only while it leads. */
export function runPlacement(options: PlacementOptions, signal: AbortSignal): Promise<void> {
  const { leases, identity, durations, clock, log } = options;
  const lead = (leading: AbortSignal) => assignWhileLeading(options, leading);
  return runAsLeader({ leases, name: PLACEMENT_LEASE, identity, durations, clock, log, lead }, signal);
}

async function assignWhileLeading(options: PlacementOptions, signal: AbortSignal): Promise<void> {
  const { cache, clock, log, metrics, nodes } = options;
  const nodeWatch = createNodeWatch({ leases: options.leases, clock, log });
  const queue = createWorkQueue({
    concurrency: 1, // one at a time: each choice counts the ones before it
    process: (key, looking) => assign({ ...options, nodeWatch }, key, looking),
    clock,
    random: options.random,
    onError: (key, error) => log.warn('assignment failed', { session: key, kind: error.kind, error: error.message }),
    metrics: {
      depth: (queued) => metrics.workqueueDepth.set({ program: 'placement' }, queued),
      processed: ({ outcome, durationMs }) => {
        metrics.reconcileTotal.inc({ program: 'placement', outcome });
        metrics.reconcileDuration.observe({ program: 'placement' }, durationMs / 1000);
      },
    },
  });
  const lookAtWaiting = () => {
    if (!cache.synced) return; // the first list announces every session
    for (const session of cache.all()) if (needsNode(session)) queue.add(sessionKeyOf(session.meta));
  };
  await Promise.all([
    cache.run((key) => queue.add(key), signal),
    nodes.run(() => {
      nodeWatch.lookNow();
      lookAtWaiting();
    }, signal),
    nodeWatch.run(lookAtWaiting, signal),
    Promise.all([cache.whenSynced(signal), options.policies.whenKnown(signal)]).then(
      () => queue.run(signal),
      () => {}, // stopped before the first list
    ),
  ]);
}

async function assign(
  options: PlacementOptions & { readonly nodeWatch: NodeWatch },
  key: string,
  signal: AbortSignal,
): Promise<{ readonly requeueAfterMs: number | null }> {
  const { cache, nodes, nodeWatch, store } = options;
  const session = cache.cached(parseSessionKey(key));
  if (session === null || !needsNode(session)) return { requeueAfterMs: null };
  if (!nodes.synced || !nodeWatch.synced) return { requeueAfterMs: NOT_SYNCED_RETRY_MS };

  const policy = options.policies.of(session.meta.namespace);
  const waits = waitForQuota(session, cache.all(), policy);
  const choice = waits === null ? choose(options, session) : ({ place: 'wait', report: waits } as const);
  const nowMs = options.clock.nowMs();
  if (choice.place === 'wait') {
    const status = reportedStatus({ session, report: refusalOf(session, policy) ?? choice.report, nowMs });
    if (!sameJson(status, session.status)) options.written(await store.writeStatus(session, status, signal));
    return { requeueAfterMs: WAIT_RETRY_MS };
  }
  const report = { reason: 'Pending', message: choice.message } as const;
  const status = {
    ...reportedStatus({ session, report, nowMs }),
    assignment: {
      nodeName: choice.nodeName,
      attempt: 1,
      instanceGeneration: 1,
      assignedAt: isoTime(nowMs),
    },
  };
  try {
    options.written(await store.writeStatus(session, status, signal));
  } catch (thrown) {
    // Deleted in between, or somebody else wrote: what is true now arrives by the watch.
    if (isFault(thrown, 'not-found')) return { requeueAfterMs: null };
    throw thrown;
  }
  options.events.record(session, { reason: 'Assigned', message: choice.message });
  return { requeueAfterMs: null };
}

function choose(
  { cache, nodes, nodeWatch }: Pick<PlacementOptions, 'cache' | 'nodes'> & { readonly nodeWatch: NodeWatch },
  session: McpSession,
): Placement {
  const used = slotsInUse(cache.all());
  const seen = [...nodes.all()].map((node) => ({
    node,
    alive: nodeWatch.alive(node.name),
    sessions: used.get(node.name) ?? 0,
  }));
  return place(session, seen);
}

const needsNode = (session: McpSession): boolean =>
  session.status.assignment === undefined && session.meta.deletionMs === null;

/** A finished session holds no slot: its container is gone or will never run again. */
function slotsInUse(sessions: Iterable<McpSession>): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const { status } of sessions) {
    if (status.assignment === undefined || status.finishedAt !== undefined) continue;
    used.set(status.assignment.nodeName, (used.get(status.assignment.nodeName) ?? 0) + 1);
  }
  return used;
}
