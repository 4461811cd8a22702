// Tells the cluster what this node is: its McpNode with capacity, posture, DockerReady and the address of the node API. Reads there
// whether somebody wants the node drained.

import { asOperatorError } from '../lib/errors.ts';
import { isoTime } from '../lib/iso-time.ts';
import { sameJson } from '../lib/same-json.ts';
import { nextConditions } from '../model/conditions.ts';
import type { NodeFacts } from '../model/container.ts';
import { type McpNode, MOST_IMAGES, type NodeStatus } from '../model/node.ts';
import type { McpSession } from '../model/session.ts';
import { type Drain, drainingCondition, drainOf } from '../plan/drain.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { NodeStore } from '../ports/nodes.ts';

export interface NodePublisherOptions {
  readonly nodes: NodeStore;
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: () => number;
  readonly nodeApi: { readonly url: string; readonly caPem: string };
  readonly clock: Clock;
  /** Images of sessions that are known to be here; order and repeats do not matter. */
  readonly images: () => Iterable<string>;
  /** Sessions that have or want a container here. Asked for during a drain only. */
  readonly sessionsLeft: () => number;
  /** What the drain is now; told when it changes and when its notice is over. */
  readonly onDrain: (drain: Drain | null) => void;
}

export interface EngineState {
  /** null while the engine is away. */
  readonly facts: NodeFacts | null;
  readonly message: string;
}

export interface NodePublisher {
  /** What the engine is now; a change is written soon. */
  setEngine(state: EngineState): void;
  /** Writes what changed until `signal` aborts; what fails is tried again. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves once the cluster was told of a working engine. */
  readonly whenPublished: Promise<void>;
}

const RETRY_MS = 2_000;
/** One read: how soon a drain begins, and a deleted object comes back. */
const LOOK_AGAIN_MS = 5_000;
/** Which images there are is only a hint. */
const IMAGES_EVERY_MS = 30_000;

export function createNodePublisher(options: NodePublisherOptions & { readonly log: Log }): NodePublisher {
  const { clock, log } = options;
  const published = Promise.withResolvers<void>();
  const tellDrain = drainTeller(options);
  let state: EngineState = { facts: null, message: 'not asked yet' };
  let news = Promise.withResolvers<void>();
  let images: { readonly list: readonly string[]; readonly atMs: number } | null = null;

  const imagesNow = (): readonly string[] => {
    if (images === null || clock.monotonicMs() - images.atMs >= IMAGES_EVERY_MS)
      images = { list: firstOf(options.images()), atMs: clock.monotonicMs() };
    return images.list;
  };

  const untilNews = async (drain: Drain | null): Promise<void> => {
    const pause = new AbortController();
    const leftMs = (drain?.untilMs ?? 0) - clock.nowMs();
    const waitMs = leftMs > 0 ? Math.min(leftMs, LOOK_AGAIN_MS) : LOOK_AGAIN_MS;
    await Promise.race([news.promise, clock.sleep(waitMs, pause.signal).catch(() => {})]);
    pause.abort();
  };

  return {
    setEngine(seen) {
      const same = seen.message === state.message && (seen.facts === null) === (state.facts === null);
      state = seen;
      if (!same) news.resolve();
    },
    async run(signal) {
      signal.addEventListener('abort', () => news.resolve(), { once: true });
      while (!signal.aborted) {
        news = Promise.withResolvers<void>();
        const said = state;
        try {
          const drain = await publishNode(options, { engine: said, images: imagesNow() }, signal);
          tellDrain(drain);
          if (said.facts !== null) published.resolve();
          await untilNews(drain);
        } catch (thrown) {
          if (!signal.aborted) log.warn('node not published', { error: asOperatorError(thrown).message });
          await clock.sleep(RETRY_MS, signal).catch(() => {}); // aborted: the loop ends
        }
      }
    },
    whenPublished: published.promise,
  };
}

/** Tells a drain that is new, another or none any more, and once more when its notice is over. */
function drainTeller({ clock, onDrain }: NodePublisherOptions): (drain: Drain | null) => void {
  let told = '';
  return (drain) => {
    const now = drain === null ? '' : `${drain.untilMs} ${clock.nowMs() >= drain.untilMs}`;
    if (now === told) return;
    told = now;
    onDrain(drain);
  };
}

/** Writes the node's status; nothing is written when nothing changed. */
async function publishNode(
  options: NodePublisherOptions,
  seen: { readonly engine: EngineState; readonly images: readonly string[] },
  signal: AbortSignal,
): Promise<Drain | null> {
  const { nodes, nodeName, labels, clock } = options;
  const current = await nodes.read(nodeName, signal);
  const drain = current === null ? null : drainOf(current, clock.nowMs());
  const status = statusOf(options, { ...seen, current, drain });
  const labelled = Object.entries(labels).every(([key, value]) => current?.labels[key] === value);
  if (!labelled || !sameJson(current?.status ?? {}, status))
    await nodes.publish({ name: nodeName, labels, status }, signal);
  return drain;
}

function statusOf(
  options: NodePublisherOptions,
  seen: {
    readonly engine: EngineState;
    readonly images: readonly string[];
    readonly current: McpNode | null;
    readonly drain: Drain | null;
  },
): NodeStatus {
  const { engine, images, current, drain } = seen;
  const nowMs = options.clock.nowMs();
  const ready = engine.facts !== null;
  return {
    ...current?.status,
    ...(engine.facts === null ? {} : postureOf(engine.facts, options.slots())),
    images: [...images],
    nodeApi: options.nodeApi,
    observedGeneration: current?.generation ?? 1,
    conditions: nextConditions({
      current: current?.status.conditions ?? [],
      wanted: {
        DockerReady: {
          status: ready ? 'True' : 'False',
          reason: ready ? 'Answering' : 'NotAnswering',
          message: engine.message,
        },
        Draining: drainingCondition({ drain, left: drain === null ? 0 : options.sessionsLeft(), nowMs }),
      },
      observedGeneration: current?.generation ?? 1,
      now: isoTime(nowMs),
    }),
  };
}

/** What a session runs is there; nobody asks the engine for it. */
export function* imagesOnNode(sessions: Iterable<McpSession>): Iterable<string> {
  for (const { spec, status } of sessions) if (spec !== null && status.container !== undefined) yield spec.image;
}

/** Sorted, so that the same images are the same bytes. */
const firstOf = (images: Iterable<string>): readonly string[] => [...new Set(images)].sort().slice(0, MOST_IMAGES);

function postureOf(facts: NodeFacts, slots: number): Pick<NodeStatus, 'capacity' | 'engine'> {
  const { cgroupVersion, storageDriver, runtimes, appArmor, seccomp, userNamespaces, rootless } = facts;
  const { diskQuota, volumeDrivers } = facts;
  return {
    capacity: { slots, cpu: String(facts.cpus), memory: String(facts.memoryBytes) },
    engine: {
      version: facts.engineVersion,
      apiVersion: facts.apiVersion,
      cgroupVersion,
      storageDriver,
      runtimes: [...runtimes],
      appArmor,
      seccomp,
      userNamespaces,
      rootless,
      diskQuota,
      volumeDrivers: [...volumeDrivers],
    },
  };
}
