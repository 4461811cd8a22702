// A process's way to the simulated engine: each call is sent, arrives and is answered in steps of the world. Stands where
// src/docker/engine.ts stands in the programs; containers are started and ended by the same calls of the engine.

import { lifecycleCalls } from '../../../src/docker/lifecycle-calls.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ContainerEngine, EngineEvent } from '../../../src/ports/container-engine.ts';
import { Call, cancelledPlainly, type Link } from '../kit/call.ts';
import type { Action, Actor, Scheduler } from '../kit/scheduler.ts';
import type { SimEngine } from './sim-engine.ts';
import type { EngineStream } from './sim-events.ts';

/** As in src/docker/engine-calls.ts, in milliseconds. */
const DEADLINES = {
  ping: 5_000,
  info: 10_000,
  imageInspect: 10_000,
  imagePull: 600_000,
  deliverInit: 60_000,
  create: 60_000,
  start: 60_000,
  stop: 30_000,
  remove: 60_000,
  inspect: 10_000,
  attach: 10_000,
  askInit: 10_000,
  list: 30_000,
  attachments: 10_000,
  network: 30_000,
  volume: 30_000,
} as const;

export const SIM_INIT_VOLUME = 'mcpsession-init-0123456789abcdef';
/** The engine replays what happened a second before somebody listens. */
const REPLAYED_MS = 1_000;

export interface EnginePortOptions {
  readonly scheduler: Scheduler;
  readonly engine: SimEngine;
  readonly link: Link;
  readonly now: () => number;
}

export interface EnginePort extends ContainerEngine {
  /** For the other ports of this engine. */
  call<T>(what: keyof typeof DEADLINES, target: string, handle: () => T, signal: AbortSignal): Promise<T>;
}

export function createEnginePort({ scheduler, engine, link, now }: EnginePortOptions): EnginePort {
  /** Ids that this process has seen with our labels: destructive calls take no other. */
  const owned = new Set<string>();
  const requireOwned = (id: string): void => {
    if (!owned.has(id)) throw new OperatorError('forbidden', `container ${id} was not seen with our labels`);
  };
  const call: EnginePort['call'] = (what, target, handle, signal) => {
    const deadline = { ms: DEADLINES[what], what: `Docker: ${what}` };
    const named = `engine ${what} ${target.slice(0, 12)}`;
    return new Call({ scheduler, link, what: named, deadline, handle, cancelled: cancelledPlainly }).begin(signal);
  };
  // The words by which the real engine is asked: what they leave out is left out here too.
  const { start, stop, remove } = lifecycleCalls({
    owned: { add: (id) => void owned.add(id), require: requireOwned },
    client: {
      call: (name, { target = '', query = {} }, signal) => {
        switch (name) {
          case 'containerStart':
            return call('start', target, () => engine.start(target), signal);
          case 'containerStop':
            return call('stop', target, () => engine.stop(target), signal);
          case 'containerRemove':
            return call('remove', target, () => engine.remove(target, query['v'] === '1'), signal);
          default:
            throw new OperatorError('unsupported', `${name} is not simulated`);
        }
      },
    },
  });
  return {
    call,
    ping: (signal) => call('ping', '', () => {}, signal),
    facts: (signal) => call('info', '', () => engine.facts, signal),
    inspectImage: (reference, signal) => call('imageInspect', reference, () => engine.inspectImage(reference), signal),
    pullImage: (reference, signal) => call('imagePull', reference, () => engine.pull(reference), signal),
    sessionInitVolume: (signal) => call('deliverInit', '', () => SIM_INIT_VOLUME, signal),
    create: async (spec, signal) => {
      const made = await call('create', spec.containerName, () => engine.create(spec, !link.actor.alive), signal);
      owned.add(made.id);
      return made;
    },
    start,
    stop,
    remove,
    inspect: async (idOrName, signal) => {
      const found = await call('inspect', idOrName, () => engine.inspect(idOrName), signal);
      if (found?.ours === true) owned.add(found.container.id);
      return found;
    },
    list: async (signal) => {
      const found = await call('list', '', () => engine.list(), signal);
      for (const { id } of found) owned.add(id);
      return found;
    },
    attachmentsOf: (uid, signal) => call('attachments', uid, () => engine.attachments.of(uid), signal),
    listAttachments: (signal) => call('attachments', '', () => engine.attachments.list(), signal),
    createNetwork: (spec, signal) => call('network', 'new', () => engine.attachments.createNetwork(spec), signal),
    removeNetwork: (id, signal) => call('network', id, () => engine.attachments.removeNetwork(id), signal),
    prepareWorkspace: (spec, signal) => call('volume', 'new', () => engine.attachments.prepareWorkspace(spec), signal),
    removeWorkspace: (name, signal) => call('volume', name, () => engine.attachments.removeWorkspace(name), signal),
    watchEvents: async (onEvent, signal) => {
      if (signal.aborted) return;
      const since = now() - REPLAYED_MS;
      const open = (): EventQueue => {
        const queue = new EventQueue({ scheduler, link, onEvent });
        engine.events.listen(queue, since);
        return queue;
      };
      const asked = { scheduler, link, what: 'engine events', deadline: null, handle: open };
      const queue = await new Call({ ...asked, cancelled: cancelledPlainly }).begin(signal).catch((thrown: unknown) => {
        if (signal.aborted) return null;
        throw thrown;
      });
      if (queue === null) return;
      signal.addEventListener('abort', () => queue.close(), { once: true });
      if (signal.aborted) queue.close();
      await queue.attach();
      engine.events.leave(queue);
    },
  };
}

/** Events of one stream keep their order. */
class EventQueue implements Action, EngineStream {
  readonly kind = 'event';
  readonly what = 'engine event';
  readonly #scheduler: Scheduler;
  readonly #link: Link;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #ended = Promise.withResolvers<void>();
  readonly #queue: (EngineEvent | null)[] = [];
  #attached = false;
  #waiting = false;

  constructor(options: {
    readonly scheduler: Scheduler;
    readonly link: Link;
    readonly onEvent: (event: EngineEvent) => void;
  }) {
    this.#scheduler = options.scheduler;
    this.#link = options.link;
    this.#onEvent = options.onEvent;
  }

  get actor(): Actor {
    return this.#link.actor;
  }

  push(event: EngineEvent): void {
    this.#queueUp(event);
  }

  end(): void {
    this.#queueUp(null);
  }

  close(): void {
    this.#queue.length = 0;
    this.#ended.resolve();
  }

  /** Resolves when the stream ends. */
  attach(): Promise<void> {
    this.#attached = true;
    this.#offer();
    return this.#ended.promise;
  }

  run(): void {
    this.#waiting = false;
    const event = this.#queue.shift();
    if (event === undefined) return;
    if (event === null) return this.close();
    this.#onEvent(event);
    this.#offer();
  }

  #queueUp(event: EngineEvent | null): void {
    this.#queue.push(event);
    this.#offer();
  }

  #offer(): void {
    if (!this.#attached || this.#waiting || this.#queue.length === 0) return;
    this.#waiting = true;
    this.#scheduler.add(this);
  }
}
