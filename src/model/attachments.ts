// What a session's container is attached to beside its image: a network of its own, and a workspace on disk. Both carry the labels of
// the session, are made before the container and removed after it (design.md 8.13, 8.16).

/** The labels of a network or volume of ours. */
export interface AttachmentIdentity {
  /** UID of the kube-system namespace. */
  readonly cluster: string;
  readonly node: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Of the session when it was made; a workspace that persists outlives it. */
  readonly instanceGeneration: number;
}

/** A bridge of one session alone: no way out, no way in, no address of the node on it. All of its settings are fixed in the adapter. */
export interface NetworkSpec {
  readonly name: string;
  readonly identity: AttachmentIdentity;
}

export interface ObservedNetwork {
  /** What the engine addresses it by; names are not unique. */
  readonly id: string;
  readonly name: string;
  readonly identity: AttachmentIdentity;
  /** Settings that are not those of the one form that our networks have, by name; empty for none. */
  readonly differences: readonly string[];
  /** Ids of the containers on it that run. */
  readonly endpoints: readonly string[];
}

export const LOCAL_VOLUME_DRIVER = 'local';

export interface WorkspaceSpec {
  readonly name: string;
  readonly identity: AttachmentIdentity;
  /** "local", or the volume plugin that policy names. */
  readonly driver: string;
  /** What the driver is told to enforce; null where policy allows disk without a bound. */
  readonly sizeBytes: number | null;
  /** Whether it outlives its container. */
  readonly persistent: boolean;
  /** Who owns the directory. */
  readonly uid: number;
  readonly gid: number;
}

export interface ObservedWorkspace {
  readonly name: string;
  readonly identity: AttachmentIdentity;
  readonly persistent: boolean;
  readonly driver: string;
  readonly sizeBytes: number | null;
  /** Options beside the size, by name: they can name a directory of the node. Empty for none. */
  readonly differences: readonly string[];
}

export interface Attachments {
  readonly networks: readonly ObservedNetwork[];
  readonly workspaces: readonly ObservedWorkspace[];
}

/** One line of a list of all of them: enough to know that it exists, and whose it is. */
export interface AttachmentSummary {
  readonly kind: 'network' | 'workspace';
  /** Id of a network; name of a volume. */
  readonly id: string;
  readonly identity: AttachmentIdentity;
  /** Of a workspace that outlives its container; false for a network. */
  readonly persistent: boolean;
}
