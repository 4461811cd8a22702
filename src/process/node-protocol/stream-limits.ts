// How long a connection may live: a stream that nobody uses holds memory here and in the session, and an authorisation is good
// for one stream only as long as it is watched (security.md 7).

import { OperatorError } from '../../lib/errors.ts';

export interface StreamLimits {
  /** Without a byte in either direction. */
  readonly idleMs: number;
  readonly totalMs: number;
}

/** Terminals and port forwards: 5 minutes idle, 1 hour in all; whoever needs longer connects again. */
export const STREAM_LIMITS: StreamLimits = { idleMs: 5 * 60_000, totalMs: 60 * 60_000 };
/** A command that takes no input has its own time limit, and may say nothing for as long as that. */
export const OUTPUT_LIMITS: StreamLimits = { idleMs: 60 * 60_000, totalMs: 60 * 60_000 };
/** Bodies of uploads: a client that stops sending for a minute has gone. */
export const UPLOAD_LIMITS: StreamLimits = { idleMs: 60_000, totalMs: 60 * 60_000 };

export interface StreamWatch {
  /** A byte has passed. */
  readonly touch: () => void;
  readonly stop: () => void;
}

/** Calls `onEnd` once, with `timeout`, when a limit is reached before `stop`. */
export function watchStream(limits: StreamLimits, onEnd: (fault: OperatorError) => void): StreamWatch {
  const stop = () => {
    clearTimeout(idle);
    clearTimeout(total);
  };
  const end = (message: string) => () => {
    stop();
    onEnd(new OperatorError('timeout', message));
  };
  const idle = setTimeout(end(`the stream was idle for ${limits.idleMs / 1000} s`), limits.idleMs);
  const total = setTimeout(end(`the stream was open for ${limits.totalMs / 1000} s, the most`), limits.totalMs);
  idle.unref();
  total.unref();
  return { touch: () => void idle.refresh(), stop };
}
