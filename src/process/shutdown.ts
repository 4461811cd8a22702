// From "please stop" to stopped: the first SIGTERM or SIGINT aborts a signal, closers run in reverse order of registration
// under one deadline, and a second signal ends the process at once.

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { Log } from '../ports/log.ts';
import { orAborted, withDeadline } from './deadline.ts';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** What a shell reports for a process that a signal ended: 128 + number. */
const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/** The part of `process` that is needed; injected, so that tests need no real signals. */
export interface SignalSource {
  on(name: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  removeListener(name: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

export interface Shutdown {
  readonly signal: AbortSignal;
  /** Aborts the signal without an operating system signal. */
  request(reason: string): void;
  /** `close` runs on close(); its signal aborts when the deadline is over. */
  onClose(name: string, close: (signal: AbortSignal) => Promise<void>): void;
  /** Runs the closers, last registered first. One that fails or hangs is logged and does not keep the others from running. */
  close(): Promise<void>;
}

export function createShutdown(options: {
  readonly source: SignalSource;
  readonly exit: (code: number) => void;
  readonly log: Log;
  /** For all closers together. */
  readonly deadlineMs: number;
}): Shutdown {
  const controller = new AbortController();
  const closers: { readonly name: string; readonly close: (signal: AbortSignal) => Promise<void> }[] = [];
  const request = (reason: string): void => controller.abort(new OperatorError('cancelled', reason));
  let asked = 0;
  const listeners = STOP_SIGNALS.map((name) => ({
    name,
    listener: () => {
      asked += 1; // a stop of our own is not counted: the first signal during it must not cut the closers short
      if (asked > 1) return options.exit(EXIT_CODES[name]);
      options.log.info('stopping', { signal: name });
      request(`stopped by ${name}`);
    },
  }));
  for (const { name, listener } of listeners) options.source.on(name, listener);

  return {
    signal: controller.signal,
    request,
    onClose(name, close) {
      closers.push({ name, close });
    },
    async close() {
      request('stopped');
      const endMs = performance.now() + options.deadlineMs;
      for (const { name, close } of closers.splice(0).toReversed()) {
        const ms = Math.max(endMs - performance.now(), 0);
        await closeOne({ name, close, ms, log: options.log });
      }
      for (const { name, listener } of listeners) options.source.removeListener(name, listener);
    },
  };
}

async function closeOne(closer: {
  readonly name: string;
  readonly close: (signal: AbortSignal) => Promise<void>;
  readonly ms: number;
  readonly log: Log;
}): Promise<void> {
  try {
    const what = `closing ${closer.name}`;
    // Also raced against the signal: a closer that ignores it must not keep the process alive.
    await withDeadline(
      { ms: closer.ms, what },
      (signal) => orAborted(closer.close(signal), signal),
      new AbortController().signal,
    );
  } catch (thrown) {
    closer.log.warn('not closed cleanly', { what: closer.name, error: asOperatorError(thrown).message });
  }
}
