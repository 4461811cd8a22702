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
import type { Ownership } from './ownership.ts';
import type { SimContainer } from './sim-engine.ts';

interface SimNetwork {
  readonly id: string;
  readonly name: string;
  /** null for one without our labels. */
  readonly identity: AttachmentIdentity | null;
}

type OurNetwork = SimNetwork & NetworkSpec;

export class SimAttachments {
  readonly networks = new Map<string, SimNetwork>();
  /** By name; null for one that the engine made by itself for a mount, without labels. */
  readonly volumes = new Map<string, WorkspaceSpec | null>();
  readonly #containers: ReadonlyMap<string, SimContainer>;
  readonly #owner: Ownership;
  readonly #newId: () => string;

  constructor(options: {
    readonly containers: ReadonlyMap<string, SimContainer>;
    readonly owner: Ownership;
    readonly newId: () => string;
  }) {
    this.#containers = options.containers;
    this.#owner = options.owner;
    this.#newId = options.newId;
  }

  copyFrom(other: SimAttachments): void {
    for (const [id, network] of other.networks) this.networks.set(id, network);
    for (const [name, volume] of other.volumes) this.volumes.set(name, volume);
  }

  of(uid: string): Attachments {
    const networks = this.#ourNetworks()
      .filter(({ identity }) => identity.uid === uid)
      .map(({ id, name, identity }) => ({ id, name, identity, differences: [], endpoints: this.#endpoints(id) }));
    const workspaces = this.#labelled().filter(({ identity }) => identity.uid === uid);
    return { networks, workspaces: workspaces.map(observed) };
  }

  list(): readonly AttachmentSummary[] {
    const networks = this.#ourNetworks().map(
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
    return { id: this.putNetwork(name, identity) };
  }

  /** A network from nowhere: also one of somebody else, who has no labels of ours. */
  putNetwork(name: string, identity: AttachmentIdentity | null): string {
    const id = this.#newId();
    this.networks.set(id, { id, name, identity });
    return id;
  }

  removeNetwork(id: string): void {
    const network = this.networks.get(id);
    if (network === undefined) return;
    if (!this.#owner.isOurs(network.identity)) throw notOurs(`network ${network.name}`);
    if (this.#endpoints(id).length > 0) throw inUse(`network ${network.name}`);
    this.networks.delete(id);
  }

  prepareWorkspace(spec: WorkspaceSpec): ObservedWorkspace {
    const known = this.volumes.get(spec.name);
    if (known === undefined) {
      this.volumes.set(spec.name, spec);
      return observed(spec);
    }
    if (this.#isOurs(known) && known.identity.uid === spec.identity.uid) return observed(known);
    throw new OperatorError('already-exists', `volume ${spec.name} is somebody else's`);
  }

  removeWorkspace(name: string): void {
    const known = this.volumes.get(name);
    if (known === undefined) return;
    if (!this.#isOurs(known)) throw notOurs(`volume ${name}`);
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

  /**
   * The network that a container starts on, null for none. It cannot start without it, and one that ran wants the very network that it was
   * on: another with its name does not do.
   */
  networkFor({ spec, networkId }: SimContainer): string | null {
    const mode = spec?.networkMode ?? 'none';
    if (mode === 'none') return null;
    for (const { id, name } of this.networks.values()) {
      if (networkId === null ? name === mode : id === networkId) return id;
    }
    throw new OperatorError('not-found', `network ${networkId ?? mode} not found`);
  }

  /** Of every network and volume with our labels. */
  identities(): readonly AttachmentIdentity[] {
    return this.list().map(({ identity }) => identity);
  }

  #labelled(): readonly WorkspaceSpec[] {
    return [...this.volumes.values()].filter((each) => this.#isOurs(each));
  }

  #ourNetworks(): readonly OurNetwork[] {
    return [...this.networks.values()].filter((each): each is OurNetwork => this.#owner.isOurs(each.identity));
  }

  #isOurs(volume: WorkspaceSpec | null): volume is WorkspaceSpec {
    return this.#owner.isOurs(volume?.identity ?? null);
  }

  /** One that is paused is on its network too. */
  #endpoints(network: string): readonly string[] {
    const on: string[] = [];
    for (const { id, networkId, state } of this.#containers.values()) {
      if ((state === 'running' || state === 'paused') && networkId === network) on.push(id);
    }
    return on.sort();
  }
}

const notOurs = (what: string): OperatorError => new OperatorError('forbidden', `${what} lacks our labels`);
const inUse = (what: string): OperatorError => new OperatorError('conflict', `${what} is in use`);

const observed = ({ name, identity, persistent, driver, sizeBytes }: WorkspaceSpec): ObservedWorkspace => ({
  name,
  identity,
  persistent,
  driver,
  sizeBytes,
  differences: [],
});
