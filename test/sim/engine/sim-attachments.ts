// Networks and volumes of a simulated engine, as far as sessions have them.

import { OperatorError } from '../../../src/lib/errors.ts';
import type {
  AttachmentIdentity,
  Attachments,
  AttachmentSummary,
  NetworkSpec,
  ObservedWorkspace,
  WorkspaceSpec,
} from '../../../src/model/attachments.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import type { SimContainer } from './sim-engine.ts';

interface SimNetwork extends NetworkSpec {
  readonly id: string;
}

export class SimAttachments {
  readonly networks = new Map<string, SimNetwork>();
  /** By name; null for one that the engine made by itself for a mount, without labels. */
  readonly volumes = new Map<string, WorkspaceSpec | null>();
  readonly #containers: ReadonlyMap<string, SimContainer>;
  readonly #newId: () => string;

  constructor(containers: ReadonlyMap<string, SimContainer>, newId: () => string) {
    this.#containers = containers;
    this.#newId = newId;
  }

  copyFrom(other: SimAttachments): void {
    for (const [id, network] of other.networks) this.networks.set(id, network);
    for (const [name, volume] of other.volumes) this.volumes.set(name, volume);
  }

  of(uid: string): Attachments {
    const networks = [...this.networks.values()]
      .filter(({ identity }) => identity.uid === uid)
      .map(({ id, name, identity }) => ({ id, name, identity, differences: [], endpoints: this.#endpoints(name) }));
    const workspaces = this.#labelled().filter(({ identity }) => identity.uid === uid);
    return { networks, workspaces: workspaces.map(observed) };
  }

  list(): readonly AttachmentSummary[] {
    const networks = [...this.networks.values()].map(
      ({ id, identity }): AttachmentSummary => ({ kind: 'network', id, identity, persistent: false }),
    );
    const workspaces = this.#labelled().map(
      ({ name, identity, persistent }): AttachmentSummary => ({ kind: 'workspace', id: name, identity, persistent }),
    );
    return [...networks, ...workspaces];
  }

  createNetwork({ name, identity }: NetworkSpec): { readonly id: string } {
    for (const network of this.networks.values()) {
      if (network.name === name) throw new OperatorError('already-exists', `network ${name} exists already`);
    }
    const id = this.#newId();
    this.networks.set(id, { id, name, identity });
    return { id };
  }

  removeNetwork(id: string): void {
    const network = this.networks.get(id);
    if (network === undefined) return;
    if (this.#endpoints(network.name).length > 0) throw inUse(`network ${network.name}`);
    this.networks.delete(id);
  }

  prepareWorkspace(spec: WorkspaceSpec): ObservedWorkspace {
    const known = this.volumes.get(spec.name);
    if (known === null || (known !== undefined && known.identity.uid !== spec.identity.uid)) {
      throw new OperatorError('already-exists', `volume ${spec.name} is somebody else's`);
    }
    if (known === undefined) this.volumes.set(spec.name, spec);
    return observed(known ?? spec);
  }

  removeWorkspace(name: string): void {
    const known = this.volumes.get(name);
    if (known === undefined) return;
    if (known === null) throw new OperatorError('forbidden', `volume ${name} lacks our labels`);
    for (const { spec } of this.#containers.values()) {
      if (spec?.mounts.some(({ source }) => source === name) === true) throw inUse(`volume ${name}`);
    }
    this.volumes.delete(name);
  }

  /** A mount of a volume that is not there makes it, without asking. */
  mount({ mounts }: ContainerSpec): void {
    for (const { type, source } of mounts) {
      if (type === 'volume' && !source.startsWith('mcpsession-init-') && !this.volumes.has(source)) {
        this.volumes.set(source, null);
      }
    }
  }

  /** A container cannot start without its network. */
  requireNetwork({ networkMode }: ContainerSpec): void {
    if (networkMode === 'none') return;
    for (const { name } of this.networks.values()) if (name === networkMode) return;
    throw new OperatorError('not-found', `network ${networkMode} not found`);
  }

  /** Of every network and volume with our labels. */
  identities(): readonly AttachmentIdentity[] {
    return this.list().map(({ identity }) => identity);
  }

  #labelled(): readonly WorkspaceSpec[] {
    return [...this.volumes.values()].filter((each) => each !== null);
  }

  #endpoints(name: string): readonly string[] {
    const on: string[] = [];
    for (const { id, spec, state } of this.#containers.values()) {
      if (state === 'running' && spec?.networkMode === name) on.push(id);
    }
    return on;
  }
}

const inUse = (what: string): OperatorError => new OperatorError('conflict', `${what} is in use`);

const observed = ({ name, identity, persistent, driver, sizeBytes }: WorkspaceSpec): ObservedWorkspace => ({
  name,
  identity,
  persistent,
  driver,
  sizeBytes,
  differences: [],
});
