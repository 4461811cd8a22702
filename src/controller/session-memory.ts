// What the controller remembers about a session between two looks. Losing it costs a few engine calls, never correctness:
// everything that decides about an end is in the spec, on the engine or in the API server.

import type { OperatorError } from '../lib/errors.ts';
import type { Attachments } from '../model/attachments.ts';
import type { ContainerMountsSeen, ResolvedHostPath } from '../model/container.ts';
import type { Failure, ImageKnowledge } from '../plan/observation.ts';
import type { Report } from '../plan/step.ts';
import { type BackoffLimits, backoffMs } from '../process/backoff.ts';

export interface SessionMemory {
  uid: string;
  image: ImageKnowledge;
  /** As they were before the last create; asked for anew for the next one. */
  hostPaths: readonly ResolvedHostPath[] | null;
  /** What one run of one container has mounted. */
  containerMounts: { readonly containerId: string; readonly pid: number; readonly found: ContainerMountsSeen } | null;
  /** Volume for the next container; asked for anew each time. */
  initVolume: string | null;
  /** What was found while this run of this container, or none, was there. */
  attachments: { readonly containerId: string | null; readonly pid: number | null; readonly found: Attachments } | null;
  /** The workspace volume is ready for the next container. */
  workspaceReady: boolean;
  /** Just before the next container; looked at anew each time. No value is kept. */
  referencesReadable: boolean;
  lastFailure: Failure | null;
  nameTakenBy: string | null;
  /** The API server has answered this process about the session, in this term: no watch from before can show it as it was. */
  isCurrent: boolean;
  /** What the node's book of grants knows of an earlier process was taken in. */
  isMet: boolean;
  /** When the container was first seen to have ended, by our own clock. */
  exit: { readonly containerId: string; readonly sinceMs: number } | null;
  /** The finalizer is off, or the object is gone: what is left of it is the API server's business. */
  released: boolean;
  /** A verdict that was carried out while the API server did not take it; written before anything else is decided. */
  unsaid: Report | null;
  lastActivityMs: number | null;
  /** Commands that run now: while there are any, the session is not idle. */
  commands: number;
  /** The running container that this process has compared with the approved one and found the same; null for none. */
  verifiedContainerId: string | null;
}

export interface SessionMemories {
  /** The memory of this incarnation; another UID under the same name starts with an empty one. */
  of(key: string, uid: string): SessionMemory;
  peek(key: string): SessionMemory | null;
  byUid(uid: string): SessionMemory | null;
  forget(key: string): void;
  /** Containers that carry our labels and are not ours, which people were told of. */
  readonly toldForeign: Pick<Set<string>, 'has' | 'add'>;
  /** A new term: another controller may have served the node in between. */
  beginTerm(): void;
  /** The engine answers again: what waited for that alone is due now. */
  engineIsBack(nowMs: number): void;
}

/** More are forgotten and told of again. */
const MOST_FOREIGN = 1_000;

export function createSessionMemories(): SessionMemories {
  const memories = new Map<string, SessionMemory>();
  const toldForeign = new Set<string>();
  return {
    of(key, uid) {
      const known = memories.get(key);
      if (known?.uid === uid) return known;
      const memory: SessionMemory = {
        uid,
        image: { known: 'unknown' },
        hostPaths: null,
        containerMounts: null,
        initVolume: null,
        attachments: null,
        workspaceReady: false,
        referencesReadable: false,
        lastFailure: null,
        nameTakenBy: null,
        isCurrent: false,
        isMet: false,
        exit: null,
        unsaid: null,
        released: false,
        lastActivityMs: null,
        commands: 0,
        verifiedContainerId: null,
      };
      memories.set(key, memory);
      return memory;
    },
    peek: (key) => memories.get(key) ?? null,
    byUid: (uid) => [...memories.values()].find((memory) => memory.uid === uid) ?? null,
    toldForeign: {
      has: (containerId) => toldForeign.has(containerId),
      add: (containerId) => {
        if (toldForeign.size >= MOST_FOREIGN) toldForeign.clear();
        return toldForeign.add(containerId);
      },
    },
    forget: (key) => {
      memories.delete(key);
    },
    beginTerm: () => {
      for (const memory of memories.values()) memory.isCurrent = false;
    },
    engineIsBack: (nowMs) => {
      for (const memory of memories.values()) {
        const failure = memory.lastFailure;
        if (failure?.engineAway === true)
          memory.lastFailure = { ...failure, retryAtMs: Math.min(failure.retryAtMs, nowMs) };
      }
    },
  };
}

const BASE_MS = 100;
/** What ends something is gone within 30 s of the last fault (security.md G6), and every session starts within a minute of it (I3). */
const CAP_MS: Readonly<Record<Failure['act'], number>> = {
  observe: 15_000,
  stop: 15_000,
  remove: 15_000,
  lookAtAttachments: 15_000,
  removeNetwork: 15_000,
  removeWorkspace: 15_000,
  createNetwork: 30_000,
  prepareWorkspace: 30_000,
  create: 30_000,
  start: 30_000,
  release: 30_000,
  deliverInit: 30_000,
  resolveHostPaths: 30_000,
  compareHostPaths: 30_000,
  inspectImage: 60_000,
  readReferences: 60_000,
  pull: 60_000,
};
/** Nobody is believed for longer, however long he asks us to stay away. */
const LONGEST_ASKED_MS = 60_000;
/** A registry is asked less often than an engine next door. */
const PULL_BASE_MS = 500;

const MENDED_ELSEWHERE: ReadonlySet<Failure['act']> = new Set(['pull', 'inspectImage', 'readReferences', 'release']);

/** The failure as the next look sees it: when to try again, and whether that can help. */
export function failureOf(input: {
  readonly act: Failure['act'];
  readonly error: OperatorError;
  readonly before: Failure | null;
  readonly nowMs: number;
  /** 0 to 1: sessions that failed together do not come back together. */
  readonly random: () => number;
}): Failure {
  const { act, error, before, nowMs, random } = input;
  const count = before?.act === act ? before.count + 1 : 1;
  const limits: BackoffLimits = { baseMs: act === 'pull' ? PULL_BASE_MS : BASE_MS, capMs: CAP_MS[act] };
  const askedMs = Math.min((error.retryAfterSeconds ?? 0) * 1000, LONGEST_ASKED_MS);
  const waitMs = Math.max(backoffMs(count, limits, random), askedMs);
  // A registry can get the image later and a person can mend a Secret; a create or start that the engine calls invalid stays invalid, because the spec is immutable.
  const retryable = MENDED_ELSEWHERE.has(act) || error.kind !== 'invalid';
  return {
    act,
    retryable,
    engineAway: error.kind === 'unavailable' || error.kind === 'timeout',
    message: error.message,
    count,
    retryAtMs: nowMs + waitMs,
  };
}
