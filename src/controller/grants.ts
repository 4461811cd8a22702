// The book of what this node has granted: read once, kept in memory, and written through to the node's disk. Promises are written
// at once, activity every few seconds, and nothing at rest. A disk that fails costs the memory of a restart, never the service.

import { asOperatorError } from '../lib/errors.ts';
import {
  type ClockAnchor,
  NODE_STATE_VERSION,
  type NodeState,
  nodeStateSchema,
  type SessionGrant,
} from '../model/node-state.ts';
import { namesBefore } from '../plan/former-names.ts';
import { promisesDiffer } from '../plan/grant.ts';
import type { Clock } from '../ports/clock.ts';
import type { KeptText } from '../ports/kept-text.ts';
import type { Log } from '../ports/log.ts';

export interface GrantBook {
  of(uid: string): SessionGrant | null;
  all(): readonly SessionGrant[];
  put(grant: SessionGrant): void;
  /** Something goes on in the session, or did just now. */
  noteActivity(uid: string, activity: Pick<SessionGrant, 'lastActivityMs' | 'busy'>): void;
  forget(uid: string): void;
  keepOnly(uids: ReadonlySet<string>): void;
  /** Names that the node had before, of which the engine may still hold something. */
  formerNames(): readonly string[];
  /** Nothing is left of it. */
  forgetName(name: string): void;
  /** From now on the file is that of this node. */
  begin(): void;
  /** Cluster time may have moved: where it stands is part of the file. */
  noteClock(): void;
  /** Resolves when everything told so far is on the disk, and after a while in any case; never rejects. */
  settled(): Promise<void>;
  /** Writes what has waited; for the end of the program. */
  close(): Promise<void>;
}

/** Of this node in this cluster. */
export interface NodeIdentity {
  readonly cluster: string;
  readonly nodeName: string;
}

const ACTIVITY_EVERY_MS = 5_000;
const RETRY_MS = 10_000;
/** A disk that hangs must not keep a session from starting. */
const LONGEST_WAIT_MS = 2_000;
const CLOCK_MOVED_MS = 250;

/**
 * What an earlier process kept. Whatever is wrong with it is told in the log and means: nothing is known. Of another name of this machine
 * in the same cluster, whose directory this is, the names are known and nothing else.
 */
export async function readNodeState(
  kept: KeptText,
  { cluster, nodeName }: NodeIdentity,
  log: Log,
): Promise<Pick<NodeState, 'clock' | 'sessions' | 'formerNames'>> {
  const nothing = { clock: null, sessions: [], formerNames: [] };
  try {
    const text = await kept.read();
    if (text === null) return nothing;
    const state = nodeStateSchema.parse(JSON.parse(text));
    // Another cluster has another clock, other sessions and other nodes.
    if (state.cluster !== cluster) throw new Error(`it is of cluster ${state.cluster}`);
    const formerNames = [...namesBefore(state, nodeName)];
    if (state.nodeName === nodeName) return { ...state, formerNames };
    log.warn(
      'this machine was another node before: idle times begin anew, and what is left of that node is looked after',
      {
        file: kept.place,
        former: state.nodeName,
      },
    );
    return { ...nothing, formerNames };
  } catch (thrown) {
    log.warn(
      'the node state is not usable: idle times begin anew, and lifetimes are known again when the API server answers',
      {
        file: kept.place,
        error: asOperatorError(thrown).message.slice(0, 300),
      },
    );
    return nothing;
  }
}

export function createGrantBook(options: {
  readonly kept: KeptText;
  readonly identity: NodeIdentity;
  readonly sessions: readonly SessionGrant[];
  /** Left out: none. */
  readonly formerNames?: readonly string[];
  readonly anchor: () => ClockAnchor | null;
  readonly clock: Clock;
  readonly log: Log;
}): GrantBook {
  const { kept, clock, log, anchor } = options;
  const grants = new Map(options.sessions.map((grant) => [grant.uid, grant]));
  let formerNames = options.formerNames ?? [];
  const end = new AbortController();
  let writing: Promise<void> | null = null;
  let isWanted = false;
  let later: AbortController | null = null;
  let lastWriteMs = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let writtenClock = Number.NaN;

  const textNow = (): string => {
    const clockNow = anchor();
    writtenClock = clockNow?.bootedAtMs ?? Number.NaN;
    const state: NodeState = {
      version: NODE_STATE_VERSION,
      ...options.identity,
      formerNames: [...formerNames],
      clock: clockNow,
      sessions: [...grants.values()],
    };
    return JSON.stringify(state);
  };

  const writeOnce = async (): Promise<void> => {
    lastWriteMs = clock.monotonicMs();
    try {
      await kept.replace(textNow());
      if (hasFailed) log.info('the node state is written again', { file: kept.place });
      hasFailed = false;
    } catch (thrown) {
      if (!hasFailed) {
        const { message } = asOperatorError(thrown);
        log.warn('the node state is not written: a restart forgets idle times and what was granted', {
          error: message,
        });
      }
      hasFailed = true;
      writeIn(RETRY_MS);
    }
  };

  const writeAll = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      await writeOnce();
    }
    writing = null;
  };

  const writeNow = (): void => {
    later?.abort();
    later = null;
    isWanted = true;
    writing ??= writeAll();
  };

  const writeIn = (ms: number): void => {
    if (later !== null || end.signal.aborted) return;
    const timer = new AbortController();
    later = timer;
    clock.sleep(ms, timer.signal).then(
      () => writeNow(),
      () => {}, // something more urgent wrote it along
    );
  };

  const writeSoon = (): void => {
    const waitMs = lastWriteMs + ACTIVITY_EVERY_MS - clock.monotonicMs();
    if (waitMs > 0) writeIn(waitMs);
    else writeNow();
  };

  return {
    of: (uid) => grants.get(uid) ?? null,
    all: () => [...grants.values()],
    put(grant) {
      const before = grants.get(grant.uid);
      grants.set(grant.uid, grant);
      if (before === undefined || promisesDiffer(before, grant)) writeNow();
      else if (before.lastActivityMs !== grant.lastActivityMs || before.busy !== grant.busy) writeSoon();
    },
    noteActivity(uid, activity) {
      const before = grants.get(uid);
      if (before === undefined) return;
      grants.set(uid, { ...before, ...activity });
      writeSoon();
    },
    forget(uid) {
      if (grants.delete(uid)) writeNow();
    },
    keepOnly(uids) {
      const gone = [...grants.keys()].filter((uid) => !uids.has(uid));
      for (const uid of gone) grants.delete(uid);
      if (gone.length > 0) writeNow();
    },
    formerNames: () => formerNames,
    forgetName(name) {
      formerNames = formerNames.filter((each) => each !== name);
      writeNow();
    },
    begin: writeNow,
    noteClock() {
      const now = anchor();
      if (now === null || Math.abs(now.bootedAtMs - writtenClock) <= CLOCK_MOVED_MS) return;
      writeSoon();
    },
    async settled() {
      if (writing === null) return;
      const limit = new AbortController();
      await Promise.race([writing, clock.sleep(LONGEST_WAIT_MS, limit.signal).catch(() => {})]);
      limit.abort();
    },
    async close() {
      const waits = later !== null;
      end.abort();
      later?.abort();
      if (waits) writeNow();
      await this.settled();
    },
  };
}
