// What an admitted request can do in its session: the operations of the node protocol over ContainerAccess, inside their limits.

import type { Claims, OpenedSession } from '../process/node-protocol/opened-session.ts';
import type { NodeTarget, RunningTarget } from './admit.ts';
import { commandOperations } from './command-operations.ts';
import { fileOperations } from './file-operations.ts';
import { forwardTo } from './forward.ts';
import { type Guarded, type NodeParts, tooMany } from './node-parts.ts';
import { whileAdmitted } from './still-admitted.ts';

/** Each may hold the last lines of a whole log. */
const MAX_LOG_READERS = 8;

/** One request that was admitted. */
export interface AdmittedRequest {
  readonly claims: Claims;
  readonly target: NodeTarget;
  /** Asks again. Rejects when the request would not be admitted any more. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** Aborts when the node API closes. */
  readonly closing: AbortSignal;
}

export function openSession(parts: NodeParts, admitted: AdmittedRequest): OpenedSession {
  const { target, check, closing } = admitted;
  const { uid } = target.session.meta;
  const guarded: Guarded = (act, signal) => whileAdmitted({ clock: parts.clock, check, closing }, act, signal);
  // Only `logs` is admitted without a running container, and it needs none.
  const running = target as RunningTarget;
  return {
    ...commandOperations(parts, { target: running, guarded }),
    ...fileOperations(parts, { target: running, guarded }),
    async logs(query, onLine, signal) {
      const release = parts.logReaders.take(uid, MAX_LOG_READERS);
      if (release === null) throw tooMany(target, `${MAX_LOG_READERS} readers of its log`);
      try {
        return await guarded((within) => parts.logs.query(uid, query, onLine, within), signal);
      } finally {
        release();
      }
    },
    forward: (port, signal) => forwardTo(parts, { target: running, guarded, port }, signal),
  };
}
