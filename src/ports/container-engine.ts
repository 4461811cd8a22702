// What the controller may ask of a container engine: a closed list (requirements.md 9.5). No raw client escapes through it.

import type {
  Attachments,
  AttachmentSummary,
  NetworkSpec,
  ObservedWorkspace,
  WorkspaceSpec,
} from '../model/attachments.ts';
import type { ContainerState, ImageFacts, NodeFacts, ObservedContainer } from '../model/container.ts';
import type { LockedDownSpec } from '../rules/lock-down.ts';

/** A container with labels of this cluster and node, without its details; enough to know that it exists. */
export interface ContainerSummary {
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly createdMs: number;
  readonly state: ContainerState;
}

/** Something happened to one of our containers: a hint to look again, never a fact to act on. */
export interface EngineEvent {
  readonly containerId: string;
  readonly namespace: string;
  readonly name: string;
  readonly action: string;
}

/**
 * Every call rejects with OperatorError: `unavailable` (engine away), `timeout` (no answer; the effect may have happened),
 * `not-found`, `conflict` (busy, for example a removal in progress), `invalid` (the engine refuses the request).
 * Containers are addressed by id; the adapter refuses destructive calls on ids that it has not seen with our labels.
 */
export interface ContainerEngine {
  ping(signal: AbortSignal): Promise<void>;
  facts(signal: AbortSignal): Promise<NodeFacts>;

  inspectImage(reference: string, signal: AbortSignal): Promise<ImageFacts | null>;
  /** Pulls by reference; rejects with `invalid` and the registry's own words when the image cannot be had. */
  pullImage(reference: string, signal: AbortSignal): Promise<void>;

  /**
   * The volume with this release's session init, delivered to the engine if it is not there yet. Rejects with `unsupported` when this
   * installation has no such program.
   */
  sessionInitVolume(signal: AbortSignal): Promise<string>;

  /** Rejects with `already-exists` when the name is taken: look by name, adopt or refuse. */
  create(spec: LockedDownSpec, signal: AbortSignal): Promise<{ readonly id: string }>;
  /** Success also when it already runs. */
  start(containerId: string, signal: AbortSignal): Promise<void>;
  /** SIGTERM, then SIGKILL after `graceSeconds`. Success also when it has already stopped or is gone. */
  stop(containerId: string, graceSeconds: number, signal: AbortSignal): Promise<void>;
  /** Kills and removes, anonymous volumes included. Success also when it is already gone. */
  remove(containerId: string, signal: AbortSignal): Promise<void>;

  /** By id or by name; null when there is no such container. A container without our labels has a null identity and is never touched. */
  inspect(idOrName: string, signal: AbortSignal): Promise<InspectedContainer | null>;
  /** All containers with labels of this cluster and node, whatever their state. */
  list(signal: AbortSignal): Promise<readonly ContainerSummary[]>;
  /** The networks and workspaces of one session, looked at one by one. Only those with its labels. */
  attachmentsOf(uid: string, signal: AbortSignal): Promise<Attachments>;
  /** All networks and workspaces with labels of this cluster and node. */
  listAttachments(signal: AbortSignal): Promise<readonly AttachmentSummary[]>;
  /** Rejects with `already-exists` when a network has the name: look by UID, adopt or refuse. */
  createNetwork(spec: NetworkSpec, signal: AbortSignal): Promise<{ readonly id: string }>;
  /** Success also when it is gone; `conflict` while a container is on it; `forbidden` when it lacks our labels. */
  removeNetwork(networkId: string, signal: AbortSignal): Promise<void>;
  /** Makes the volume where it is missing, and its directory the session's; can be repeated. `already-exists`: the name is somebody else's. */
  prepareWorkspace(spec: WorkspaceSpec, signal: AbortSignal): Promise<ObservedWorkspace>;
  /** Success also when it is gone; `conflict` while a container uses it; `forbidden` when it lacks our labels. */
  removeWorkspace(name: string, signal: AbortSignal): Promise<void>;
  /** Delivers events until `signal` aborts or the stream ends (then it resolves: reconnect and list again). */
  watchEvents(onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void>;
}

/** `ours` is false for a container that lacks our labels, whatever its name. */
export type InspectedContainer =
  | { readonly ours: true; readonly container: ObservedContainer }
  | { readonly ours: false; readonly id: string };
