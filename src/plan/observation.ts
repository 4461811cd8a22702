// Everything that a decision may look at, in one plain value. What is not in here cannot influence the controller.

import type { Attachments, AttachmentSummary } from '../model/attachments.ts';
import type {
  ContainerMountsSeen,
  ImageFacts,
  NodeFacts,
  ObservedContainer,
  ResolvedHostPath,
} from '../model/container.ts';
import type { Policy } from '../model/policy.ts';
import type { PolicySet } from '../model/policy-set.ts';
import type { McpSession } from '../model/session.ts';
import type { Violation } from '../model/violation.ts';
import type { Drain } from './drain.ts';
import type { Report } from './step.ts';

/** What the last act on this session ran into; kept in memory, forgotten after a success. */
export interface Failure {
  readonly act:
    | 'observe'
    | 'inspectImage'
    | 'resolveHostPaths'
    | 'compareHostPaths'
    | 'deliverInit'
    | 'readReferences'
    | 'release'
    | 'lookAtAttachments'
    | 'createNetwork'
    | 'prepareWorkspace'
    | 'removeNetwork'
    | 'removeWorkspace'
    | 'pull'
    | 'create'
    | 'start'
    | 'stop'
    | 'remove';
  /** Whether trying the same again can help. */
  readonly retryable: boolean;
  /** Whoever was asked did not answer (the engine; for references the API server): nothing about this session is wrong. */
  readonly engineAway: boolean;
  readonly message: string;
  /** How often in a row. */
  readonly count: number;
  /** When the next try is due. */
  readonly retryAtMs: number;
}

/** What is known of the session's image. "unknown" means nobody looked yet, which is not the same as absent. */
export type ImageKnowledge =
  | { readonly known: 'unknown' }
  | { readonly known: 'absent' }
  | { readonly known: 'present'; readonly facts: ImageFacts };

/** What the engine answered for the containers of this session name; null when it could not be asked. */
export type ContainersSeen = readonly ObservedContainer[] | null;

export interface Observation {
  /** null only when the API server said that the session does not exist. */
  readonly session: McpSession | null;
  readonly containers: ContainersSeen;
  /** A container that has our name but not our labels: never touched, blocks the session. */
  readonly nameTakenBy: string | null;
  readonly image: ImageKnowledge;
  /** null until the node was asked. */
  readonly hostPaths: readonly ResolvedHostPath[] | null;
  /** What the running container has at the targets of its host paths; null until it was looked at. */
  readonly containerMounts: ContainerMountsSeen | null;
  /** Volume with this release's session init; null until it was asked for. */
  readonly initVolume: string | null;
  /** The session's networks and workspaces on the engine; null until they were looked at with the container that there is now. */
  readonly attachments: Attachments | null;
  /** Whether the workspace volume was made ready for the next container, and for no earlier one. */
  readonly workspaceReady: boolean;
  /** Under the session's name, of UIDs that the API server does not know any more. */
  readonly leftovers: readonly AttachmentSummary[];
  /** Whether everything that the session refers to could be read for the next container. */
  readonly referencesReadable: boolean;
  /** Whether the running session init still starts nothing; null until it has answered. */
  readonly isHeld: boolean | null;
  /** How commands reach the running container. */
  readonly commandsBy: 'session-init' | 'engine-exec';
  readonly lastFailure: Failure | null;
  /** Milliseconds since the epoch of the last command; null when none is known. */
  readonly lastActivityMs: number | null;
  /** Cluster time since when this container is known to run, also to an earlier controller; null while none does. */
  readonly runningSinceMs: number | null;
  /** Cluster time since when the container is known to have ended; now for one that has not. */
  readonly exitedSinceMs: number;
  /** Cluster time since when a running container is missing; the startup deadline counts from here. */
  readonly wantedSinceMs: number;
  /** Highest attempt of a container that this node has seen under this session. */
  readonly attemptSeen: number;
  /** Id of the container that this node ended although the session can go on; null for none. It neither ended by itself nor was lost. */
  readonly endedByUs: string | null;
  /** This node has ended the session for good; whatever the spec says since then comes too late. */
  readonly verdict: Report | null;
  /** Cluster time (process/cluster-clock.ts). */
  readonly nowMs: number;
  readonly policy: Policy;
  readonly policyHash: string;
  /** Labels of the namespace that name no profile: nothing new starts then. */
  readonly namespaceProblems: readonly Violation[];
  /** Whether the operator has suspended everything. */
  readonly suspension: PolicySet['suspension'];
  readonly node: NodeFacts;
  /** The drain of the node, by its McpNode; null while there is none. */
  readonly drain: Drain | null;
  /** Containers from before this controller's term that no session of the node claims: until they are gone nothing starts. */
  readonly leftBehind: number;
}
