// One term of a controller: what runs while the lease of the node is ours. Watches sessions and engine, and works through one queue
// of its own, so that what was queued under a lease that was lost is not done under the next one.

import { asOperatorError } from '../lib/errors.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { ContainerEngine, ContainerSummary } from '../ports/container-engine.ts';
import { orAborted } from '../process/deadline.ts';
import type { Metrics } from '../process/metrics.ts';
import { createWorkQueue, type WorkQueue } from '../process/work-queue.ts';
import { createEngineWatch, type EngineWatch } from './engine-watch.ts';
import type { FormerNames } from './former-names.ts';
import { createImagePulls } from './image-pulls.ts';
import { createLanes, type LaneLimits } from './lanes.ts';
import type { LeftBehind } from './left-behind.ts';
import type { EngineState, NodePublisher } from './node-publisher.ts';
import { reconcile, type ReconcileDependencies } from './reconcile.ts';
import { sweepEvery } from './sweep.ts';

export interface TermOptions {
  /** What a look needs; its engine is fenced by the lease. */
  readonly deps: Omit<ReconcileDependencies, 'lanes' | 'pulls'>;
  /** The engine itself, to look at. */
  readonly engine: ContainerEngine;
  readonly nodeName: string;
  readonly metrics: Metrics;
  readonly concurrency: number;
  readonly sweepIntervalMs: number;
  readonly leftBehind: LeftBehind;
  readonly publisher: Pick<NodePublisher, 'run'>;
  readonly formerNames: FormerNames | undefined;
  readonly setEngine: (state: EngineState) => void;
  /** The queue of this term: what deserves a look goes there from now on. */
  readonly onQueue: (queue: WorkQueue) => void;
}

/** A stop waits for the program rather than works: its budget only keeps the ends of many from coming all at once. */
const STOPS_PER_START = 4;
/** Keys looked at beside those that change something: a look costs little, and is not to wait for anybody. */
const LOOKS_AT_A_TIME = 16;
/** Of a stop that takes 10 s in all (security.md F34): what is under way is finished within this, or given up knowingly. */
const DRAIN_MS = 5_000;

/** Until `signal` aborts. Nothing is decided before sessions are known and the engine has answered once, or is known to be away. */
export async function serveTerm(options: TermOptions, signal: AbortSignal): Promise<void> {
  const { deps, leftBehind, metrics, nodeName, publisher } = options;
  const { cache, clock, view } = deps;
  const limits = limitsOf(options);
  const lanes = createLanes({ limits, onTurn: (key) => queue.add(key) });
  const pulls = createImagePulls({ engine: deps.engine, clock, onEnd: (key) => queue.add(key) }, signal);
  const queue = newQueue(options, { ...deps, lanes, pulls }, limits);
  options.onQueue(queue);
  deps.memories.beginTerm();
  const asked = Promise.withResolvers<void>();
  let listed: readonly ContainerSummary[] | null = null;
  // First of all: until this run has begun, the cache still counts as synced by the term before.
  const caching = cache.run((key) => queue.add(key), signal);
  const known = Promise.all([cache.whenSynced(signal), orAborted(asked.promise, signal)]);
  const stopListening = deps.inits.onWayChange((containerId) => {
    const key = view.keyOf(containerId);
    if (key !== null) queue.add(key);
  });
  const watch = watchEngine(
    options,
    {
      onListed: (containers) => {
        // An engine that was away when the term began is met with the same caution once it answers.
        if (listed === null && cache.isSynced()) leftBehind.begin(containers, cache.all());
        listed ??= containers;
      },
      onChangeOfAll: () => {
        asked.resolve();
        if (!cache.isSynced()) return; // the first list announces every session
        for (const session of cache.all()) queue.add(sessionKeyOf(session.meta));
      },
      onChange: (key) => queue.add(key),
    },
    signal,
  );
  await Promise.all([
    caching,
    known.then(() => {
      leftBehind.begin(listed ?? [], cache.all());
      return queue.run(signal);
    }, ignoreAbort(signal)),
    watch.run(signal),
    publisher.run(signal),
    options.formerNames?.run(options.sweepIntervalMs, signal),
    sweepEvery(options.sweepIntervalMs, { queue, watch, pulls, deps, nodeName, metrics }, signal).catch(
      ignoreAbort(signal),
    ),
  ]).finally(stopListening);
}

const limitsOf = ({ concurrency }: TermOptions): LaneLimits => ({
  start: concurrency,
  stop: STOPS_PER_START * concurrency,
  end: Math.max(Math.ceil(concurrency / 2), 1),
});

function newQueue({ metrics }: TermOptions, deps: ReconcileDependencies, limits: LaneLimits): WorkQueue {
  const { clock, log, random } = deps;
  return createWorkQueue({
    concurrency: limits.start + limits.stop + limits.end + LOOKS_AT_A_TIME,
    drainMs: DRAIN_MS,
    process: (key, signal) => reconcile(deps, key, signal),
    clock,
    random,
    onError: (key, error, retryInMs) =>
      log.warn('look failed', {
        session: key,
        kind: error.kind,
        error: error.message,
        retryInMs: Math.round(retryInMs),
      }),
    metrics: {
      depth: (queued) => metrics.workqueueDepth.set({ program: 'controller' }, queued),
      processed: ({ durationMs }) => metrics.reconcileDuration.observe({ program: 'controller' }, durationMs / 1000),
    },
  });
}

function watchEngine(
  { deps, engine, setEngine }: TermOptions,
  on: Pick<Parameters<typeof createEngineWatch>[0], 'onListed' | 'onChangeOfAll' | 'onChange'>,
  signal: AbortSignal,
): EngineWatch {
  const { clock, log, memories, random, view } = deps;
  return createEngineWatch({
    ...{ engine, view, clock, random, log },
    ...on,
    onUp: (seen) => {
      setEngine({ facts: seen, message: `Docker Engine ${seen.engineVersion}, API ${seen.apiVersion}` });
      memories.engineIsBack(clock.nowMs());
      // Ahead of the first session, which would wait for it; what fails is tried again and told there.
      deps.engine.sessionInitVolume(signal).catch((thrown: unknown) => {
        log.warn('session init not delivered', { error: asOperatorError(thrown).message });
      });
    },
    onDown: (message) => setEngine({ facts: null, message }),
  });
}

const ignoreAbort =
  (signal: AbortSignal) =>
  (thrown: unknown): void => {
    if (!signal.aborted) throw thrown;
  };
