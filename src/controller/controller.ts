// The node's controller: wires the pure core to queue, view, caches and clocks. Everything that decides lives in plan/.

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import { NODE_LEASE_PREFIX, sessionKeyOf } from '../model/names.ts';
import type { IsolationControl, McpSession } from '../model/session.ts';
import { type Drain, isLeftOnNode } from '../plan/drain.ts';
import { sortContainers } from '../plan/identity.ts';
import type { Step } from '../plan/step.ts';
import type { ContainerSummary } from '../ports/container-engine.ts';
import type { LeaseStore } from '../ports/nodes.ts';
import { type LeaseDurations, runAsLeader, type Tenure } from '../process/leader.ts';
import { orAborted } from '../process/deadline.ts';
import type { Metrics } from '../process/metrics.ts';
import { createWorkQueue, type QueueCounts } from '../process/work-queue.ts';
import { createContainerView } from './container-view.ts';
import { keepDeadlines } from './deadline-keeper.ts';
import { createEngineWatch } from './engine-watch.ts';
import { fenceEngine } from './fenced-engine.ts';
import { createImageLooks } from './image-looks.ts';
import { createImagePulls } from './image-pulls.ts';
import { createLanes } from './lanes.ts';
import { createLeftBehind } from './left-behind.ts';
import { createLeftovers } from './leftovers.ts';
import { createNodePublisher, type EngineState, imagesOnNode, type NodePublisherOptions } from './node-publisher.ts';
import { reconcile, type ReconcileDependencies } from './reconcile.ts';
import { createSessionMemories } from './session-memory.ts';
import { sweepEvery } from './sweep.ts';
import { unknownEngine } from './unknown-engine.ts';

export interface ControllerOptions
  extends Omit<
    ReconcileDependencies,
    | 'view'
    | 'memories'
    | 'images'
    | 'leftovers'
    | 'pulls'
    | 'lanes'
    | 'requireOurs'
    | 'node'
    | 'drain'
    | 'leftBehind'
    | 'written'
    | 'onStep'
    | 'onProof'
  > {
  readonly nodeName: string;
  readonly cluster: string;
  readonly written: (session: McpSession) => void;
  readonly publisher: Omit<NodePublisherOptions, 'clock' | 'nodeName' | 'images' | 'sessionsLeft' | 'onDrain'>;
  readonly lease: { readonly leases: LeaseStore; readonly identity: string; readonly durations: LeaseDurations };
  readonly metrics: Metrics;
  /** Starts at a time; each costs the engine about half a core (performance.md 11.4). Removals have half as many places of their own. */
  readonly concurrency: number;
  readonly sweepIntervalMs: number;
}

/** A session of this node for the node API. */
export interface ExecTarget {
  readonly session: McpSession;
  /** null while there is no running container. */
  readonly containerId: string | null;
  readonly user: string;
  readonly workingDir: string;
  /** Whether this process has compared the running container with the approved one. */
  readonly verified: boolean;
}

export interface Controller {
  /** Runs until `signal` aborts; rejects with `conflict` when another controller serves this node. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Ends what is over while the API server is away, also before this process has the node and after it has lost it for that reason.
   * Runs until `signal` aborts, for as long as this process alone has the node's state.
   */
  keepDeadlines(signal: AbortSignal): Promise<void>;
  /** Whether this process serves the node, or did when it was stopped: only then may anybody clean up for it. */
  readonly holdsNode: boolean;
  /** Resolves once sessions and containers are known. */
  whenReady(signal: AbortSignal): Promise<void>;
  findTarget(
    session: { readonly namespace: string; readonly name: string; readonly uid: string },
    signal: AbortSignal,
  ): Promise<ExecTarget | null>;
  /** Policy has changed: all sessions of the namespace, or all, are looked at. */
  lookAgain(namespace: string | null): void;
  /** What the queue of this term has to do: the debug answer by which the fault harness knows that nothing is left. null before the first term. */
  readonly pending: QueueCounts | null;
  /** A command started; call what it returns when the command ends. The idle time begins anew then. */
  commandStarted(sessionUid: string): () => void;
}

const READY_POLL_MS = 20;
/** A stop waits for the program rather than works: its budget only keeps the ends of many from coming all at once. */
const STOPS_PER_START = 4;
/** Keys looked at beside those that change something: a look costs little, and is not to wait for anybody. */
const LOOKS_AT_A_TIME = 16;
/** Of a stop that takes 10 s in all (security.md F34): what is under way is finished within this, or given up knowingly. */
const DRAIN_MS = 5_000;

export function createController(options: ControllerOptions): Controller {
  const { cache, clock, engine, grants, log, metrics, nodeName } = options;
  const view = createContainerView(engine);
  const memories = createSessionMemories();
  let tenure: Tenure | null = null;
  const requireOurs = (): void => {
    if (tenure?.holds() === true) return;
    throw new OperatorError(
      'cancelled',
      `the lease of node ${nodeName} was not renewed in time: nothing more is done under it`,
    );
  };
  const fenced = fenceEngine(engine, requireOurs);
  let facts = unknownEngine(nodeName, options.cluster);
  let holdsNode = false;
  let enqueue: ((key: string) => void) | null = null;
  let pending: (() => QueueCounts) | null = null;
  let drain: Drain | null = null;
  const lookAgain = (namespace: string | null): void => {
    if (enqueue === null || !cache.synced) return; // the first list announces every session
    for (const { meta } of cache.all()) {
      if (namespace === null || meta.namespace === namespace) enqueue(sessionKeyOf(meta));
    }
  };
  const leftBehind = createLeftBehind(() => lookAgain(null));
  const publisher = createNodePublisher({
    ...options.publisher,
    nodeName,
    images: () => (cache.synced ? imagesOnNode(cache.all()) : []),
    sessionsLeft: () => Math.max(view.mayRun, cache.synced ? [...cache.all()].filter(isLeftOnNode).length : 0),
    onDrain: (now) => {
      drain = now;
      lookAgain(null);
    },
    clock,
    log,
  });

  const deps = {
    ...options,
    engine: fenced,
    requireOurs,
    view,
    memories,
    leftovers: createLeftovers(),
    images: createImageLooks(engine, clock),
    node: () => facts,
    drain: () => drain,
    leftBehind,
    onProof: (controls: readonly IsolationControl[]) => {
      for (const { id, ok } of controls) metrics.isolationChecks.inc({ control: id, outcome: ok ? 'ok' : 'mismatch' });
    },
    onStep: (step: Step['do'], outcome: string) =>
      metrics.reconcileTotal.inc({ program: 'controller', outcome: `${step}_${outcome}` }),
  };
  const limits = {
    start: options.concurrency,
    stop: STOPS_PER_START * options.concurrency,
    end: Math.max(Math.ceil(options.concurrency / 2), 1),
  };
  /** One per term: what was queued under a lease that was lost is not done under the next one. */
  const newQueue = (term: Pick<ReconcileDependencies, 'lanes' | 'pulls'>) =>
    createWorkQueue({
      concurrency: limits.start + limits.stop + limits.end + LOOKS_AT_A_TIME,
      drainMs: DRAIN_MS,
      process: (key, signal) => reconcile({ ...deps, ...term }, key, signal),
      clock,
      random: options.random,
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

  const setEngine = (state: EngineState) => {
    if (state.facts !== null) facts = state.facts;
    publisher.setEngine(state);
    metrics.dockerUp.set({ node: nodeName }, state.facts === null ? 0 : 1);
  };

  /** While the lease is ours. Nothing is decided before sessions are known and the engine has answered once, or is known to be away. */
  const serve = async (signal: AbortSignal): Promise<void> => {
    const lanes = createLanes({ limits, onTurn: (key) => queue.add(key) });
    const pulls = createImagePulls({ engine: fenced, clock, onEnd: (key) => queue.add(key) }, signal);
    const queue = newQueue({ lanes, pulls });
    enqueue = (key) => queue.add(key);
    pending = () => queue.counts;
    const asked = Promise.withResolvers<void>();
    let listed: readonly ContainerSummary[] | null = null;
    const lookAtAll = () => {
      asked.resolve();
      if (!cache.synced) return; // the first list announces every session
      for (const session of cache.all()) queue.add(sessionKeyOf(session.meta));
    };
    const known = Promise.all([cache.whenSynced(signal), orAborted(asked.promise, signal)]);
    const stopListening = options.inits.onWayChange((containerId) => {
      const key = view.keyOf(containerId);
      if (key !== null) queue.add(key);
    });
    const watch = createEngineWatch({
      engine,
      view,
      clock,
      random: options.random,
      log,
      onListed: (containers) => {
        // An engine that was away when the term began is met with the same caution once it answers.
        if (listed === null && cache.synced) leftBehind.begin(containers, cache.all());
        listed ??= containers;
      },
      onUp: (seen) => {
        setEngine({ facts: seen, message: `Docker Engine ${seen.engineVersion}, API ${seen.apiVersion}` });
        memories.engineIsBack(clock.nowMs());
        // Ahead of the first session, which would wait for it; what fails is tried again and told there.
        fenced.sessionInitVolume(signal).catch((thrown: unknown) => {
          log.warn('session init not delivered', { error: asOperatorError(thrown).message });
        });
      },
      onDown: (message) => setEngine({ facts: null, message }),
      onChangeOfAll: lookAtAll,
      onChange: (key) => queue.add(key),
    });
    await Promise.all([
      cache.run((key) => queue.add(key), signal),
      known.then(() => {
        leftBehind.begin(listed ?? [], cache.all());
        return queue.run(signal);
      }, ignoreAbort(signal)),
      watch.run(signal),
      publisher.run(signal),
      sweepEvery(options.sweepIntervalMs, { queue, watch, pulls, deps, nodeName, metrics }, signal).catch(
        ignoreAbort(signal),
      ),
    ]).finally(stopListening);
  };

  return {
    /** A lease that ran out because the API server was silent is taken again; one that somebody else took ends the controller. */
    run: (signal) =>
      runAsLeader(
        {
          ...options.lease,
          name: `${NODE_LEASE_PREFIX}${nodeName}`,
          clock,
          log,
          whenHeld: 'refuse',
          lead: async (leading, held) => {
            holdsNode = true;
            tenure = held;
            await serve(leading).finally(() => {
              tenure = null;
            });
            holdsNode = signal.aborted; // stopped while it was ours, or lost
          },
        },
        signal,
      ),

    keepDeadlines: (signal) =>
      keepDeadlines(
        {
          ...{ grants, engine, clock, log, store: options.store },
          lease: { ...options.lease, name: `${NODE_LEASE_PREFIX}${nodeName}` },
          isServing: () => tenure?.holds() === true,
          onChange: (key) => enqueue?.(key),
        },
        signal,
      ),

    get holdsNode() {
      return holdsNode;
    },

    get pending() {
      return pending?.() ?? null;
    },

    async whenReady(signal) {
      await cache.whenSynced(signal);
      await orAborted(publisher.whenPublished, signal);
      while (!view.synced) await clock.sleep(READY_POLL_MS, signal);
    },

    async findTarget(reference, signal) {
      const session = cache.cached(reference);
      if (session?.spec == null || session.meta.uid !== reference.uid || session.meta.deletionMs !== null) return null;
      const key = sessionKeyOf(reference);
      const { own } = sortContainers({ session, containers: await view.containersOf(key, signal), node: facts });
      const runs = own?.state === 'running';
      return {
        session,
        containerId: runs ? own.id : null,
        user: `${session.spec.user.uid}:${session.spec.user.gid}`,
        workingDir: session.spec.workingDir,
        verified: runs && memories.peek(key)?.verifiedContainerId === own.id,
      };
    },

    lookAgain,

    commandStarted(sessionUid) {
      const memory = memories.byUid(sessionUid);
      if (memory === null) return () => {};
      const change = (commands: number) => {
        memory.commands += commands;
        memory.lastActivityMs = clock.nowMs();
        grants.noteActivity(sessionUid, { lastActivityMs: memory.lastActivityMs, busy: memory.commands > 0 });
      };
      change(1);
      return () => change(-1);
    },
  };
}

const ignoreAbort =
  (signal: AbortSignal) =>
  (thrown: unknown): void => {
    if (!signal.aborted) throw thrown;
  };
