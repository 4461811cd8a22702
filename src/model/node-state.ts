// What a node keeps on its disk about the lifetimes that it has granted, so that they end in time while the API server is away and
// while the controller was not there, and by which names it was known. One small JSON file; fields may be added, and an unknown version is not read.

import { z } from 'zod';

const time = () => z.number().min(0).max(8.64e15); // what a Date holds

export const sessionGrantSchema = z.object({
  uid: z.string().min(1).max(128),
  namespace: z.string().min(1).max(253),
  name: z.string().min(1).max(253),
  /** Cluster time at which lifetime.ttlSeconds ends the session. */
  expiryMs: time(),
  /** 0: no idle limit. */
  idleTimeoutSeconds: z.int().min(0),
  /** The container that runs, and the cluster time since when it is known to. */
  running: z.object({ containerId: z.string().max(128), sinceMs: time() }).nullable(),
  /** Cluster time of the last command, stdin, file request or forwarded connection. */
  lastActivityMs: time().nullable(),
  /** Something of that kind was going on. */
  busy: z.boolean(),
  /** Cluster time since when a running container is missing; the startup deadline counts from here. */
  wantedSinceMs: time().nullable(),
  /** Of the assignment: names the container. Grants of earlier releases have none. */
  instanceGeneration: z.int().min(1).default(1),
  /** Attempt of the latest container. */
  attempt: z.int().min(0),
  /** The last container that this node ended although the session can go on. */
  stopped: z.string().max(128).nullable().default(null),
  /** The session was ended for good, with these words; nothing brings it back. */
  ended: z.string().max(1024).nullable(),
});

/** What this node has granted one session. */
export type SessionGrant = Readonly<z.output<typeof sessionGrantSchema>>;

export const NODE_STATE_VERSION = 1;
/** Far above what a node can run; a larger file is not ours. */
const MOST_SESSIONS = 10_000;
/** A name is forgotten once nothing of it is left; nobody has this many. */
export const MOST_FORMER_NAMES = 100;

export const clockAnchorSchema = z.object({
  bootId: z.string().min(1).max(64),
  /** Cluster time at the boot of the machine. */
  bootedAtMs: time(),
  /** Cluster time when this was written: after another boot it is later than that. */
  writtenAtMs: time(),
});

/** Where cluster time stands, for the next process of the same boot. */
export type ClockAnchor = Readonly<z.output<typeof clockAnchorSchema>>;

export const nodeStateSchema = z.object({
  version: z.literal(NODE_STATE_VERSION),
  cluster: z.string().max(253),
  nodeName: z.string().max(253),
  /** Names that this machine's node had before, of which the engine may still hold something. Earlier releases knew none. */
  formerNames: z.array(z.string().max(253)).max(MOST_FORMER_NAMES).default([]),
  clock: clockAnchorSchema.nullable(),
  sessions: z.array(sessionGrantSchema).max(MOST_SESSIONS),
});

export type NodeState = z.output<typeof nodeStateSchema>;
