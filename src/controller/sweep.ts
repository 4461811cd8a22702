// One sweep: finds what no event told of.

import { conditionOf } from '../model/conditions.ts';
import { keysToLookAt } from '../plan/sweep.ts';
import type { Metrics } from '../process/metrics.ts';
import type { WorkQueue } from '../process/work-queue.ts';
import type { ReconcileDependencies } from './reconcile.ts';

/** The list of the engine against the list of sessions: what they disagree on is looked at. */
export async function sweep(
  input: {
    readonly queue: WorkQueue;
    readonly deps: ReconcileDependencies;
    readonly nodeName: string;
    readonly metrics: Metrics;
  },
  signal: AbortSignal,
): Promise<void> {
  const { queue, deps, metrics, nodeName } = input;
  try {
    const containers = await deps.engine.list(signal);
    deps.view.merge(containers);
    const { orphans, missing } = keysToLookAt(containers, deps.cache.all());
    metrics.orphanContainers.set({ node: nodeName }, orphans.size);
    for (const key of [...orphans, ...missing]) queue.add(key);
    metrics.sessions.reset();
    for (const session of deps.cache.all()) {
      const state = conditionOf(session.status.conditions, 'Ready')?.reason ?? 'Pending';
      metrics.sessions.inc({ state, node: nodeName });
    }
  } catch (thrown) {
    if (!signal.aborted) deps.log.warn('sweep failed', { error: String(thrown) });
  }
}
