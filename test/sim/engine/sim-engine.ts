// The simulated container engine of one node: what there is, and what happened to it. It knows nothing of connections: calls are handled
// at once and exactly as often as they arrive (engine-port.ts is the way to it).

import { asOperatorError, OperatorError } from '../../../src/lib/errors.ts';
import type {
  ContainerSpec,
  ContainerState,
  ImageFacts,
  NodeFacts,
  ObservedContainer,
} from '../../../src/model/container.ts';
import type { ContainerSummary, InspectedContainer } from '../../../src/ports/container-engine.ts';
import { Ownership } from './ownership.ts';
import { SimAttachments } from './sim-attachments.ts';
import { SimEvents } from './sim-events.ts';

export interface SimContainer {
  readonly id: string;
  /** Names are unique. */
  readonly name: string;
  /** null for a container without our labels. */
  readonly spec: ContainerSpec | null;
  readonly createdMs: number;
  state: ContainerState;
  startedMs: number | null;
  finishedMs: number | null;
  exitCode: number | null;
  oomKilled: boolean;
  pid: number | null;
  /** Why the last start failed; "" for none. */
  engineError: string;
  /** The network that it was started on; null before, and for one without. */
  networkId: string | null;
  /** Made by a process that was dead by then: the request had been on its way. */
  readonly late: boolean;
}

/** What the world wants to know of every effect, just before it happens. */
export interface EngineObserver {
  creates(engine: SimEngine, spec: ContainerSpec): void;
  starts(engine: SimEngine, container: SimContainer): void;
  /** A running or existing container is to be stopped or removed by a process. */
  ends(engine: SimEngine, container: SimContainer, how: 'stop' | 'remove'): void;
  /** A container was removed without the volumes that were made for it: nobody knows of them any more. */
  leavesVolumes(container: SimContainer): void;
}

export interface SimEngineOptions {
  readonly facts: NodeFacts;
  readonly now: () => number;
  readonly observer: EngineObserver;
  readonly newId: () => string;
}

export class SimEngine {
  readonly facts: NodeFacts;
  readonly containers = new Map<string, SimContainer>();
  readonly images = new Map<string, ImageFacts>();
  /** What a registry has for a pull. */
  readonly registry = new Map<string, ImageFacts>();
  readonly events = new SimEvents();
  readonly attachments: SimAttachments;
  /** Ids of containers for which volumes of their image were made; they outlive a container that is removed without them. */
  readonly anonymousVolumes = new Set<string>();
  readonly #options: SimEngineOptions;
  readonly #owner: Ownership;
  #pids = 100;

  constructor(options: SimEngineOptions) {
    this.#options = options;
    this.facts = options.facts;
    this.#owner = new Ownership(options.facts);
    this.attachments = new SimAttachments({ containers: this.containers, owner: this.#owner, newId: options.newId });
  }

  copyFrom(other: SimEngine): void {
    this.containers.clear();
    for (const [id, container] of other.containers) this.containers.set(id, { ...container });
    for (const [reference, image] of other.images) this.images.set(reference, image);
    this.attachments.copyFrom(other.attachments);
    for (const id of other.anonymousVolumes) this.anonymousVolumes.add(id);
    this.#pids = other.#pids;
  }

  find(idOrName: string): SimContainer | null {
    const byId = this.containers.get(idOrName);
    if (byId !== undefined) return byId;
    for (const container of this.containers.values()) if (container.name === idOrName) return container;
    return null;
  }

  /** `late`: whoever asked for it is dead. */
  create(spec: ContainerSpec, late = false): { readonly id: string } {
    const image = this.#imageById(spec.imageId);
    if (image === null) throw new OperatorError('not-found', `no such image: ${spec.imageId}`);
    if (this.find(spec.containerName) !== null) {
      throw new OperatorError('already-exists', `the name ${spec.containerName} is in use by another container`);
    }
    this.#options.observer.creates(this, spec);
    this.attachments.mount(spec);
    const { id } = this.put(spec.containerName, withVolumesOf(image, spec), late);
    if (image.volumes.length > 0) this.anonymousVolumes.add(id);
    return { id };
  }

  /** A container from nowhere: also one of somebody else, who has no labels of ours. */
  put(name: string, spec: ContainerSpec | null, late = false): SimContainer {
    const container: SimContainer = {
      id: this.#options.newId(),
      name,
      spec,
      createdMs: this.#options.now(),
      state: 'created',
      startedMs: null,
      finishedMs: null,
      exitCode: null,
      oomKilled: false,
      pid: null,
      engineError: '',
      networkId: null,
      late,
    };
    this.containers.set(container.id, container);
    this.#tell(container, 'create');
    return container;
  }

  start(id: string): void {
    const container = this.#required(id);
    if (container.state === 'running') return;
    if (container.state === 'paused') throw new OperatorError('conflict', `container ${id} is paused`);
    container.networkId = this.#networkFor(container);
    this.#options.observer.starts(this, container);
    this.run(container);
  }

  #networkFor(container: SimContainer): string | null {
    try {
      return this.attachments.networkFor(container);
    } catch (thrown) {
      container.engineError = asOperatorError(thrown).message;
      throw thrown;
    }
  }

  /** How it ended the last time stays written until it ends again, all but its exit code. */
  run(container: SimContainer): void {
    container.state = 'running';
    container.startedMs = this.#options.now();
    container.exitCode = null;
    container.engineError = '';
    container.pid = this.#pids++;
    this.#tell(container, 'start');
  }

  stop(id: string): void {
    const container = this.find(id);
    if (container === null || (container.state !== 'running' && container.state !== 'paused')) return;
    this.#options.observer.ends(this, container, 'stop');
    this.#tell(container, 'kill');
    this.exit(container, { exitCode: 143 });
    this.#tell(container, 'stop');
  }

  /** `volumes`: together with the volumes that the engine made for it. */
  remove(id: string, volumes: boolean): void {
    const container = this.find(id);
    if (container === null) return;
    this.#options.observer.ends(this, container, 'remove');
    if (!volumes && this.anonymousVolumes.has(container.id)) this.#options.observer.leavesVolumes(container);
    this.destroy(container, volumes);
  }

  /** The main process ends, by itself or by another's hand. */
  exit(container: SimContainer, how: { readonly exitCode: number; readonly oomKilled?: boolean }): void {
    container.state = 'exited';
    container.finishedMs = this.#options.now();
    container.exitCode = how.exitCode;
    container.oomKilled = how.oomKilled ?? false;
    container.pid = null;
    if (container.oomKilled) this.#tell(container, 'oom');
    this.#tell(container, 'die');
  }

  pause(container: SimContainer): void {
    container.state = 'paused';
    this.#tell(container, 'pause');
  }

  unpause(container: SimContainer): void {
    container.state = 'running';
    this.#tell(container, 'unpause');
  }

  destroy(container: SimContainer, volumes = true): void {
    if (container.state === 'running' || container.state === 'paused') {
      this.#tell(container, 'kill');
      this.exit(container, { exitCode: 137 });
    }
    this.containers.delete(container.id);
    if (volumes) this.anonymousVolumes.delete(container.id);
    this.#tell(container, 'destroy');
  }

  inspect(idOrName: string): InspectedContainer | null {
    const container = this.find(idOrName);
    if (container === null) return null;
    const { spec } = container;
    if (spec === null || !this.#owner.isOurs(spec.identity)) return { ours: false, id: container.id };
    const { id, state, createdMs, startedMs, finishedMs, exitCode, oomKilled, pid, engineError } = container;
    const times = { createdMs, startedMs, finishedMs };
    const observed: ObservedContainer = { id, state, ...times, exitCode, oomKilled, engineError, pid, spec };
    return { ours: true, container: observed };
  }

  list(): readonly ContainerSummary[] {
    const found: ContainerSummary[] = [];
    for (const { id, spec, createdMs, state } of this.containers.values()) {
      if (spec === null || !this.#owner.isOurs(spec.identity)) continue;
      const { uid, namespace, name } = spec.identity;
      found.push({ id, uid, namespace, name, createdMs: inWholeSeconds(createdMs), state });
    }
    return found;
  }

  inspectImage(reference: string): ImageFacts | null {
    return this.images.get(reference) ?? this.#imageById(reference);
  }

  pull(reference: string): void {
    const image = this.registry.get(reference);
    if (image === undefined) throw new OperatorError('invalid', `the registry has no ${reference}`);
    this.images.set(reference, image);
  }

  #imageById(id: string): ImageFacts | null {
    for (const image of this.images.values()) if (image.id === id) return image;
    return null;
  }

  #required(id: string): SimContainer {
    const container = this.find(id);
    if (container === null) throw new OperatorError('not-found', `no such container: ${id}`);
    return container;
  }

  #tell({ id, spec }: SimContainer, action: string): void {
    if (spec === null || !this.#owner.isOurs(spec.identity)) return;
    const { namespace, name } = spec.identity;
    this.events.tell({ containerId: id, namespace, name, action }, this.#options.now());
  }
}

/** The engine's list says no more. */
const inWholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** A container shows the volumes that its image brought along: nobody had asked for them. */
function withVolumesOf({ volumes }: ImageFacts, spec: ContainerSpec): ContainerSpec {
  if (volumes.length === 0) return spec;
  return { ...spec, unmodelled: [...spec.unmodelled, 'Config.Volumes', ...volumes.map((path) => `Mounts[${path}]`)] };
}
