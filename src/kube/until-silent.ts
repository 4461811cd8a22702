// A half-open connection says nothing and never ends by itself: the only proof of life is a byte.

import { OperatorError } from '../lib/errors.ts';

/** Calls `alive` for every chunk. */
export async function* withPulse(chunks: AsyncIterable<Buffer>, alive: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    alive();
    yield chunk;
  }
}

/** Runs `act` until it settles or calls `alive` too seldom; then rejects with `unavailable`. */
export async function untilSilent(
  limit: { readonly idleMs: number; readonly what: string },
  act: (alive: () => void, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const silence = new OperatorError('unavailable', `${limit.what}: nothing heard for ${limit.idleMs} ms`);
  const timer = setTimeout(() => controller.abort(silence), limit.idleMs);
  try {
    await act(() => timer.refresh(), controller.signal);
  } catch (thrown) {
    throw controller.signal.aborted ? controller.signal.reason : thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
