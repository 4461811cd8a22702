// Things that one listener at a time may have: a later one ends the earlier with `conflict`.

import { OperatorError } from '../lib/errors.ts';

export interface Turns {
  /** `act` gets a signal that aborts with an OperatorError: `cancelled` with `signal`, `conflict` when somebody else came. */
  take<T>(
    wanted: { readonly key: string /** For the message. */; readonly what: string },
    act: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
}

export function createTurns(): Turns {
  const holders = new Map<string, AbortController>();
  return {
    take: async ({ key, what }, act, signal) => {
      holders.get(key)?.abort(new OperatorError('conflict', `somebody else follows ${what} now`));
      const holder = new AbortController();
      holders.set(key, holder);
      const onAbort = (): void => holder.abort(new OperatorError('cancelled', `following ${what} was cancelled`));
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await act(holder.signal);
      } finally {
        signal.removeEventListener('abort', onAbort);
        if (holders.get(key) === holder) holders.delete(key);
      }
    },
  };
}
