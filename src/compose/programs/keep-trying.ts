// The first words with the API server. Whatever is missing there at the start of everything (the server itself, rights, an object) is
// waited for and said once: a pod that ends and begins again is slower, and says less.

import { asOperatorError, type FaultKind } from '../../lib/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { backoffMs } from '../../process/backoff.ts';

/** What others can mend while we wait. */
const WORTH_WAITING: ReadonlySet<FaultKind> = new Set([
  'unavailable',
  'timeout',
  'unauthenticated',
  'forbidden',
  'not-found',
  'rate-limited',
  'expired',
]);
const PAUSE = { baseMs: 250, capMs: 5_000 };

/** Resolves with the first result; rejects with a fault that waiting does not mend, and when `signal` aborts. */
export async function keepTrying<T>(
  attempt: { readonly what: string; readonly act: () => Promise<T> },
  parts: { readonly clock: Clock; readonly random: () => number; readonly log: Log },
  signal: AbortSignal,
): Promise<T> {
  const { clock, random, log } = parts;
  let told = '';
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt.act();
    } catch (thrown) {
      const error = asOperatorError(thrown);
      if (signal.aborted || !WORTH_WAITING.has(error.kind)) throw thrown;
      if (error.message !== told) log.warn('waiting', { what: attempt.what, error: error.message });
      told = error.message;
      await clock.sleep(backoffMs(failures, PAUSE, random), signal);
    }
  }
}
