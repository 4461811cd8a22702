// Tells the cluster what this node is: its McpNode with capacity, posture, DockerReady and the address of the node API.

import { isoTime } from '../lib/iso-time.ts';
import { nextConditions } from '../model/conditions.ts';
import type { NodeFacts } from '../model/container.ts';
import type { NodeStatus } from '../model/node.ts';
import type { Log } from '../ports/log.ts';
import { asOperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { NodeStore } from '../ports/nodes.ts';

export interface NodePublisherOptions {
  readonly nodes: NodeStore;
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: () => number;
  readonly nodeApi: { readonly url: string; readonly caPem: string };
  readonly clock: Clock;
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
const LOOK_AGAIN_MS = 30_000;

export function createNodePublisher(options: NodePublisherOptions & { readonly log: Log }): NodePublisher {
  const { clock, log } = options;
  const published = Promise.withResolvers<void>();
  let state: EngineState = { facts: null, message: 'not asked yet' };
  let news = Promise.withResolvers<void>();

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
          await publishNode(options, said, signal);
          if (said.facts !== null) published.resolve();
          // Looked at again now and then: somebody may have deleted the object.
          const pause = new AbortController();
          await Promise.race([news.promise, clock.sleep(LOOK_AGAIN_MS, pause.signal).catch(() => {})]);
          pause.abort();
        } catch (thrown) {
          if (!signal.aborted) log.warn('node not published', { error: asOperatorError(thrown).message });
          await clock.sleep(RETRY_MS, signal).catch(() => {}); // aborted: the loop ends
        }
      }
    },
    whenPublished: published.promise,
  };
}

/** Writes the node's status; nothing is written when nothing changed. */
async function publishNode(options: NodePublisherOptions, engine: EngineState, signal: AbortSignal): Promise<void> {
  const { nodes, nodeName, labels, clock } = options;
  const current = await nodes.read(nodeName, signal);
  const ready = engine.facts !== null;
  const status: NodeStatus = {
    ...current?.status,
    ...(engine.facts === null ? {} : postureOf(engine.facts, options.slots())),
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
        Draining: { status: 'False', reason: 'NotDraining', message: '' },
      },
      observedGeneration: current?.generation ?? 1,
      now: isoTime(clock.nowMs()),
    }),
  };
  await nodes.publish({ name: nodeName, labels, status }, signal);
}

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
