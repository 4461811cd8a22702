// A stream is allowed for as long as its caller is: asked again every minute, because rights are withdrawn and sessions deleted while
// streams are open (security.md 7).

import { isFault } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';

export const RECHECK_MS = 60_000;

export interface Recheck {
  readonly clock: Clock;
  /** Rejects when the stream is not allowed any more, or when nobody can tell (`unavailable`, `timeout`). */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** Aborts when the node API closes. */
  readonly closing: AbortSignal;
}

/**
 * Runs `act` with a signal that aborts with `signal`, with `closing`, or with the fault of a check that failed; rejects with that fault
 * then. One check that nobody could answer is forgiven: an API server that restarts must not end every terminal.
 */
export async function whileAdmitted<T>(
  { clock, check, closing }: Recheck,
  act: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const stop = new AbortController();
  const done = new AbortController();
  const onGone = () => stop.abort(signal.reason);
  const onClosing = () => stop.abort(closing.reason);
  if (signal.aborted) onGone();
  if (closing.aborted) onClosing();
  signal.addEventListener('abort', onGone, { once: true });
  closing.addEventListener('abort', onClosing, { once: true });
  watch({ clock, check }, done.signal).catch((refusal: unknown) => {
    if (!done.signal.aborted) stop.abort(refusal);
  });
  try {
    return await act(stop.signal);
  } catch (thrown) {
    throw stop.signal.aborted && !signal.aborted ? stop.signal.reason : thrown;
  } finally {
    done.abort();
    signal.removeEventListener('abort', onGone);
    closing.removeEventListener('abort', onClosing);
  }
}

/** Rejects with the fault of a check that counts, or when `signal` aborts. */
async function watch({ clock, check }: Omit<Recheck, 'closing'>, signal: AbortSignal): Promise<never> {
  for (let unanswered = 0; ; ) {
    await clock.sleep(RECHECK_MS, signal);
    try {
      await check(signal);
      unanswered = 0;
    } catch (thrown) {
      unanswered += 1;
      const nobodyKnows = isFault(thrown, 'unavailable') || isFault(thrown, 'timeout');
      if (!nobodyKnows || unanswered > 1) throw thrown;
    }
  }
}
