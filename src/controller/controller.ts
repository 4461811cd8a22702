// The node's controller: what outlives a term (view, memories, facts of the engine), the lease that makes terms of it, and its face to
// the other programs. Everything that decides lives in plan/.

import { OperatorError } from '../lib/errors.ts';
import { NODE_LEASE_PREFIX, sessionKeyOf } from '../model/names.ts';
import type { IsolationControl, McpSession } from '../model/session.ts';
import { type Drain, isLeftOnNode } from '../plan/drain.ts';
import type { Step } from '../plan/step.ts';
import type { LeaseStore } from '../ports/nodes.ts';
import { type LeaseDurations, runAsLeader, type Tenure } from '../process/leader.ts';
import { orAborted } from '../process/deadline.ts';
import type { Metrics } from '../process/metrics.ts';
import type { QueueCounts, WorkQueue } from '../process/work-queue.ts';
import { createContainerView } from './container-view.ts';
import { keepDeadlines } from './deadline-keeper.ts';
import { createExecTargets, type ExecTargets } from './exec-target.ts';
import { fenceEngine } from './fenced-engine.ts';
import { createFormerNames, type FormerNameEdges } from './former-names.ts';
import { createImageLooks } from './image-looks.ts';
import { createLeftBehind } from './left-behind.ts';
import { createLeftovers } from './leftovers.ts';
import { createNodePublisher, type EngineState, imagesOnNode, type NodePublisherOptions } from './node-publisher.ts';
import type { ReconcileDependencies } from './reconcile.ts';
import { createSessionMemories } from './session-memory.ts';
import { serveTerm } from './term.ts';
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
  /** Left out: what is held under former names of the node is left alone. */
  readonly formerNames?: FormerNameEdges;
  readonly lease: { readonly leases: LeaseStore; readonly identity: string; readonly durations: LeaseDurations };
  readonly metrics: Metrics;
  /** Starts at a time; each costs the engine about half a core (performance.md 11.4). Removals have half as many places of their own. */
  readonly concurrency: number;
  readonly sweepIntervalMs: number;
}

export interface Controller extends ExecTargets {
  /** Runs until `signal` aborts; rejects with `conflict` when another controller serves this node. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Ends what is over while the API server is away, also before this process has the node and after it has lost it for that reason.
   * Runs until `signal` aborts, for as long as this process alone has the node's state.
   */
  keepDeadlines(signal: AbortSignal): Promise<void>;
  /** Whether this process serves the node, or did when it was stopped: only then may anybody clean up for it. */
  holdsNode(): boolean;
  /** Resolves once sessions and containers are known. */
  whenReady(signal: AbortSignal): Promise<void>;
  /** Policy has changed: all sessions of the namespace, or all, are looked at. */
  lookAgain(namespace: string | null): void;
  /** What the queue of this term has to do: the debug answer by which the fault harness knows that nothing is left. null before the first term. */
  pending(): QueueCounts | null;
}

const READY_POLL_MS = 20;

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
  let present = new AbortController();
  const fence = { requireOurs, presence: () => present.signal };
  const fenced = fenceEngine(engine, fence);
  let facts = unknownEngine(nodeName, options.cluster);
  let holdsNode = false;
  /** Of this term, or of the last one. */
  let queue: WorkQueue | null = null;
  let drain: Drain | null = null;
  const lookAgain = (namespace: string | null): void => {
    if (queue === null || !cache.isSynced()) return; // the first list announces every session
    for (const { meta } of cache.all()) {
      if (namespace === null || meta.namespace === namespace) queue.add(sessionKeyOf(meta));
    }
  };
  const leftBehind = createLeftBehind(() => lookAgain(null));
  const publisher = createNodePublisher({
    ...options.publisher,
    nodeName,
    images: () => (cache.isSynced() ? imagesOnNode(cache.all()) : []),
    sessionsLeft: () => Math.max(view.mayRun(), cache.isSynced() ? [...cache.all()].filter(isLeftOnNode).length : 0),
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

  const { formerNames: edges } = options;
  const formerNames =
    edges &&
    createFormerNames({
      ...edges,
      engineOf: (name) => fenceEngine(edges.engineOf(name), fence),
      names: grants,
      nodes: options.publisher.nodes,
      store: options.store,
      whenPublished: publisher.whenPublished,
      onRemoved: (container) => options.onOrphanRemoved?.(container),
      clock,
      log,
    });

  const setEngine = (state: EngineState) => {
    if (state.facts === null) present.abort(new OperatorError('unavailable', state.message));
    else {
      facts = state.facts;
      if (present.signal.aborted) present = new AbortController();
    }
    publisher.setEngine(state);
    metrics.dockerUp.set({ node: nodeName }, state.facts === null ? 0 : 1);
  };

  const serve = (signal: AbortSignal): Promise<void> => {
    const { concurrency, sweepIntervalMs } = options;
    const onQueue = (ofThisTerm: WorkQueue): void => {
      queue = ofThisTerm;
    };
    const term = { deps, engine, nodeName, metrics, concurrency, sweepIntervalMs, leftBehind, publisher, formerNames };
    return serveTerm({ ...term, setEngine, onQueue }, signal);
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
          onChange: (key) => queue?.add(key),
        },
        signal,
      ),

    holdsNode: () => holdsNode,

    pending: () => queue?.counts() ?? null,

    async whenReady(signal) {
      await cache.whenSynced(signal);
      await orAborted(publisher.whenPublished, signal);
      while (!view.isSynced()) await clock.sleep(READY_POLL_MS, signal);
    },

    ...createExecTargets({ cache, view, memories, grants, clock, node: () => facts }),

    lookAgain,
  };
}
