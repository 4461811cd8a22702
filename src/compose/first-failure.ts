// Several programs in one process: the first that fails ends them all, and is named.

import { asOperatorError, OperatorError } from '../lib/errors.ts';

/** Rejects with the first program that fails, named; never resolves. */
export function firstFailure(programs: Readonly<Record<string, Promise<unknown>>>): Promise<never> {
  const failures = Object.entries(programs).map(async ([name, done]) => {
    try {
      await done;
    } catch (thrown) {
      const error = asOperatorError(thrown);
      throw new OperatorError(error.kind, `${name}: ${error.message}`, { cause: thrown });
    }
    return new Promise<never>(() => {}); // it ended because we are stopping
  });
  const first = Promise.race(failures);
  first.catch(() => {}); // raced against more than once; never unhandled in between
  return first;
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
