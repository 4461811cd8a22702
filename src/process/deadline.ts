// A signal that also aborts after a while. Own sleep and listener instead of AbortSignal.any and .timeout, so that nothing
// stays attached to a long-lived parent signal when the work is done.

import { OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from './system-clock.ts';

/**
 * Runs `act` with a signal that aborts with `signal` or, after `limit.ms`, with an OperatorError of kind `timeout` that says
 * `limit.what` did not finish in time. Rejects with whatever `act` rejects with. Whoever has a clock gives it along.
 */
export async function withDeadline<T>(
  limit: { readonly ms: number; readonly what: string; readonly clock?: Clock },
  act: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const done = new AbortController();
  (limit.clock ?? systemClock).sleep(limit.ms, done.signal).then(
    () => controller.abort(new OperatorError('timeout', `${limit.what} did not finish within ${limit.ms} ms`)),
    () => {}, // finished in time
  );
  try {
    return await act(controller.signal);
  } finally {
    done.abort('done'); // a reason of its own: the default one costs a stack trace
    signal.removeEventListener('abort', onAbort);
  }
}

/** The outcome of `promise`, or a rejection with the reason of `signal` when that aborts first; `promise` goes on unheard. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
