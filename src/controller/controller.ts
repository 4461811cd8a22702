// The node's controller: wires the pure core to queue, view, caches and clocks. Everything that decides lives in plan/.

import { asOperatorError } from '../lib/errors.ts';
import type { NodeFacts } from '../model/container.ts';
import { NODE_LEASE_PREFIX, sessionKeyOf } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import { sortContainers } from '../plan/identity.ts';
import type { LeaseStore } from '../ports/nodes.ts';
import { type LeaseDurations, runAsLeader } from '../process/leader.ts';
import { orAborted } from '../process/deadline.ts';
import type { Metrics } from '../process/metrics.ts';
import { createWorkQueue, type QueueCounts, type WorkQueue } from '../process/work-queue.ts';
import { createContainerView } from './container-view.ts';
import { watchEngine } from './engine-watch.ts';
import { createImageLooks } from './image-looks.ts';
import { createNodePublisher, type EngineState, type NodePublisherOptions } from './node-publisher.ts';
import { reconcile, type ReconcileDependencies } from './reconcile.ts';
import { createSessionMemories } from './session-memory.ts';
import { sweep } from './sweep.ts';

export interface ControllerOptions
  extends Omit<
    ReconcileDependencies,
    'view' | 'memories' | 'images' | 'node' | 'written' | 'startedMs' | 'onStep' | 'onProof'
  > {
  readonly nodeName: string;
  readonly cluster: string;
  readonly written: (session: McpSession) => void;
  readonly publisher: Omit<NodePublisherOptions, 'clock' | 'nodeName'>;
  readonly lease: { readonly leases: LeaseStore; readonly identity: string; readonly durations: LeaseDurations };
  readonly metrics: Metrics;
  readonly random: () => number;
  /** Looks at a time; each start costs the engine about half a core (performance.md 11.4). */
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

export function createController(options: ControllerOptions): Controller {
  const { cache, clock, engine, log, metrics, nodeName } = options;
  const view = createContainerView(engine);
  const memories = createSessionMemories();
  let facts = unknownEngine(nodeName, options.cluster);
  let holdsNode = false;
  let enqueue: ((key: string) => void) | null = null;
  let pending: (() => QueueCounts) | null = null;
  const publisher = createNodePublisher({ ...options.publisher, nodeName, clock, log });

  const deps: ReconcileDependencies = {
    ...options,
    view,
    memories,
    images: createImageLooks(engine, clock),
    node: () => facts,
    startedMs: clock.nowMs(),
    onProof: (controls) => {
      for (const { id, ok } of controls) metrics.isolationChecks.inc({ control: id, outcome: ok ? 'ok' : 'mismatch' });
    },
    onStep: (step, outcome) => metrics.reconcileTotal.inc({ program: 'controller', outcome: `${step}_${outcome}` }),
  };
  /** One per term: what was queued under a lease that was lost is not done under the next one. */
  const newQueue = () =>
    createWorkQueue({
      concurrency: options.concurrency,
      process: (key, signal) => reconcile(deps, key, signal),
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

  const sweepLoop = async (queue: WorkQueue, signal: AbortSignal): Promise<void> => {
    await cache.whenSynced(signal);
    while (!signal.aborted) {
      if (view.synced) await sweep({ queue, deps, nodeName, metrics }, signal);
      await clock.sleep(options.sweepIntervalMs, signal).catch(() => {}); // aborted: the loop ends
    }
  };

  /** While the lease is ours. Nothing is decided before sessions are known and the engine has answered once, or is known to be away. */
  const serve = async (signal: AbortSignal): Promise<void> => {
    const queue = newQueue();
    enqueue = (key) => queue.add(key);
    pending = () => queue.counts;
    const asked = Promise.withResolvers<void>();
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
    await Promise.all([
      cache.run((key) => queue.add(key), signal),
      known.then(() => queue.run(signal), ignoreAbort(signal)),
      watchEngine(
        {
          engine,
          view,
          clock,
          log,
          onUp: (seen) => {
            setEngine({ facts: seen, message: `Docker Engine ${seen.engineVersion}, API ${seen.apiVersion}` });
            // Ahead of the first session, which would wait for it; what fails is tried again and told there.
            engine.sessionInitVolume(signal).catch((thrown: unknown) => {
              log.warn('session init not delivered', { error: asOperatorError(thrown).message });
            });
          },
          onDown: (message) => setEngine({ facts: null, message }),
          onChangeOfAll: lookAtAll,
          onChange: (key) => queue.add(key),
        },
        signal,
      ),
      publisher.run(signal),
      sweepLoop(queue, signal).catch(ignoreAbort(signal)),
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
          lead: async (leading) => {
            holdsNode = true;
            await serve(leading);
            holdsNode = signal.aborted; // stopped while it was ours, or lost
          },
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

    lookAgain(namespace) {
      if (enqueue === null || !cache.synced) return; // the first list announces every session
      for (const { meta } of cache.all()) {
        if (namespace === null || meta.namespace === namespace) enqueue(sessionKeyOf(meta));
      }
    },

    commandStarted(sessionUid) {
      const memory = memories.byUid(sessionUid);
      if (memory === null) return () => {};
      memory.commands += 1;
      return () => {
        memory.commands -= 1;
        memory.lastActivityMs = clock.nowMs();
      };
    },
  };
}

const ignoreAbort =
  (signal: AbortSignal) =>
  (thrown: unknown): void => {
    if (!signal.aborted) throw thrown;
  };

/** Until the engine has answered, nothing about it is assumed. */
function unknownEngine(nodeName: string, cluster: string): NodeFacts {
  return {
    nodeName,
    cluster,
    engineVersion: 'unknown',
    apiVersion: 'unknown',
    cpus: 0,
    memoryBytes: 0,
    runtimes: [],
    cgroupVersion: 'unknown',
    storageDriver: 'unknown',
    appArmor: false,
    seccomp: false,
    seccompProfile: 'unknown',
    userNamespaces: false,
    rootless: false,
    engineDirectory: '',
    initProgram: false,
  };
}
