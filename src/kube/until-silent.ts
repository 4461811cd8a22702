// A half-open connection says nothing and never ends by itself: the only proof of life is a byte.

import { OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';

/** Calls `alive` for every chunk. */
export async function* withPulse(chunks: AsyncIterable<Buffer>, alive: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    alive();
    yield chunk;
  }
}

/** Runs `act` until it settles or calls `alive` too seldom; then rejects with `unavailable`. */
export async function untilSilent(
  limit: { readonly idleMs: number; readonly what: string; readonly clock: Clock },
  act: (alive: () => void, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { idleMs, clock } = limit;
  const controller = new AbortController();
  const done = new AbortController();
  let aliveAtMs = clock.monotonicMs();
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const listen = async (): Promise<void> => {
    for (let leftMs = idleMs; leftMs > 0; leftMs = aliveAtMs + idleMs - clock.monotonicMs()) {
      await clock.sleep(leftMs, done.signal);
    }
    controller.abort(new OperatorError('unavailable', `${limit.what}: nothing heard for ${idleMs} ms`));
  };
  listen().catch(() => {}); // finished in time
  try {
    await act(() => {
      aliveAtMs = clock.monotonicMs();
    }, controller.signal);
  } catch (thrown) {
    throw controller.signal.aborted ? controller.signal.reason : thrown;
  } finally {
    done.abort('done'); // a reason of its own: the default one costs a stack trace
    signal.removeEventListener('abort', onAbort);
  }
}
