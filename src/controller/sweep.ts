// One sweep: finds what no event told of.

import { conditionOf } from '../model/conditions.ts';
import type { McpSession } from '../model/session.ts';
import { keysToLookAt } from '../plan/sweep.ts';
import type { Metrics } from '../process/metrics.ts';
import type { WorkQueue } from '../process/work-queue.ts';
import type { EngineWatch } from './engine-watch.ts';
import type { ImagePulls } from './image-pulls.ts';
import type { ReconcileDependencies } from './reconcile.ts';
import { sweepAttachments } from './sweep-attachments.ts';

const uidsOf = (sessions: Iterable<McpSession>): readonly string[] => [...sessions].map(({ meta }) => meta.uid);

export interface SweepParts {
  readonly queue: WorkQueue;
  readonly deps: Pick<
    ReconcileDependencies,
    'engine' | 'grants' | 'view' | 'cache' | 'clock' | 'log' | 'memories' | 'leftovers'
  >;
  readonly nodeName: string;
  readonly metrics: Metrics;
}

/** Until `signal` aborts; rejects with its reason when that comes before the sessions are known. */
export async function sweepEvery(
  intervalMs: number,
  parts: SweepParts & { readonly watch: EngineWatch; readonly pulls: ImagePulls },
  signal: AbortSignal,
): Promise<void> {
  const { deps, watch, pulls } = parts;
  await deps.cache.whenSynced(signal);
  while (!signal.aborted) {
    pulls.dropUnwanted();
    const lostSinceMs = deps.view.isSynced() ? (await sweep(parts, signal)).unheardSinceMs : null;
    if (lostSinceMs !== null) watch.missedEvents(lostSinceMs, signal).catch(() => {}); // aborted
    await deps.clock.sleep(intervalMs, signal).catch(() => {}); // aborted: the loop ends
  }
}

/** The list of the engine against the view and the list of sessions: what they disagree on is looked at. `unheardSinceMs` (monotonic): events were lost since then, or are late. */
export async function sweep(
  { queue, deps, metrics, nodeName }: SweepParts,
  signal: AbortSignal,
): Promise<{ readonly unheardSinceMs: number | null }> {
  const askedMs = deps.clock.monotonicMs();
  try {
    const mark = deps.view.mark();
    const containers = await deps.engine.list(signal);
    const changed = deps.view.merge(containers, mark);
    const { orphans, missing } = keysToLookAt(containers, deps.cache.all());
    metrics.orphanContainers.set({ node: nodeName }, orphans.size);
    for (const key of new Set([...changed, ...orphans, ...missing])) queue.add(key);
    deps.grants.keepOnly(new Set([...containers.map(({ uid }) => uid), ...uidsOf(deps.cache.all())]));
    metrics.sessions.reset();
    for (const session of deps.cache.all()) {
      const state = conditionOf(session.status.conditions, 'Ready')?.reason ?? 'Pending';
      metrics.sessions.inc({ state, node: nodeName });
    }
    for (const key of await sweepAttachments(deps, signal)) queue.add(key);
    return { unheardSinceMs: changed.size > 0 ? askedMs : null };
  } catch (thrown) {
    if (!signal.aborted) deps.log.warn('sweep failed', { error: String(thrown) });
    return { unheardSinceMs: null };
  }
}
