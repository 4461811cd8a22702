// What ends the wait for a command: its time limit or its caller, whichever comes first.

export type EndedBy = 'timedOut' | 'cancelled';

export interface ExecLimit {
  /** Aborts when the limit is reached. */
  readonly signal: AbortSignal;
  readonly reached: Promise<EndedBy>;
  /** null while it is not reached. */
  endedBy(): EndedBy | null;
  stop(): void;
}

export function startExecLimit(timeoutMs: number, signal: AbortSignal): ExecLimit {
  const controller = new AbortController();
  const { promise: reached, resolve } = Promise.withResolvers<EndedBy>();
  let first: EndedBy | null = null;
  const end = (by: EndedBy): void => {
    first ??= by;
    controller.abort();
    resolve(first);
  };
  const onAbort = (): void => end('cancelled');
  const timer = setTimeout(() => end('timedOut'), timeoutMs);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    reached,
    endedBy: () => first,
    stop: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
