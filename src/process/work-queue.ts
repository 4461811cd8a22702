// A queue of keys, never of events: a key waits once however often it is added, is never processed twice at a time, and is
// forgotten when nothing is left to do. Failures wait longer each time; a wish to look again later is not a failure.

import { asOperatorError, type OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type BackoffLimits, backoffMs } from './backoff.ts';

export interface WorkQueueOptions {
  /** Most keys processed at the same time. */
  readonly concurrency: number;
  /** `requeueAfterMs` null means: nothing to do until the key is added again. A rejection is retried with backoff. */
  readonly process: (key: string, signal: AbortSignal) => Promise<{ readonly requeueAfterMs: number | null }>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError: (key: string, error: OperatorError, retryInMs: number) => void;
  readonly backoff?: BackoffLimits;
  /** How long work in flight may go on after the stop before its own signal aborts. */
  readonly drainMs?: number;
  readonly metrics?: {
    readonly depth: (queued: number) => void;
    readonly processed: (result: { readonly outcome: 'ok' | 'error'; readonly durationMs: number }) => void;
  };
}

export interface WorkQueue {
  add(key: string): void;
  /** One timer per key: the earliest wish counts, and any look at the key cancels it. */
  addAfter(key: string, ms: number): void;
  /** Processes keys until `signal` aborts, then waits for the work in flight. May be called once. */
  run(signal: AbortSignal): Promise<void>;
  /** True when nothing is queued or running; timers may be pending. */
  isIdle(): boolean;
  counts(): QueueCounts;
}

export interface QueueCounts {
  readonly queued: number;
  readonly running: number;
  readonly scheduled: number;
  readonly known: number;
  /** Keys whose last look failed: they are waiting out a backoff, or are looked at again now. */
  readonly failing: number;
  /** Milliseconds until the earliest timer; null without one. */
  readonly nextDueMs: number | null;
}

interface KeyState {
  queued: boolean;
  running: boolean;
  /** Added while running: look again as soon as the present look is over. */
  dirty: boolean;
  failures: number;
  /** Monotonic time before which not even an event leads to another look at a key that fails. */
  notBeforeMs: number;
  timer: { readonly dueMs: number; readonly cancel: () => void } | null;
}

const DEFAULT_BACKOFF: BackoffLimits = { baseMs: 5, capMs: 60_000 };
const DEFAULT_DRAIN_MS = 10_000;
/** A few milliseconds of looks at what rests. */
const LOOKS_WITHOUT_PAUSE = 32;
/** What changed meanwhile may cut a long wait short, down to this: at most two failing looks a second at one key (security.md F4). */
const EVENTS_WAIT_MS = 500;

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, random, concurrency } = options;
  const limits = options.backoff ?? DEFAULT_BACKOFF;
  const keys = new Map<string, KeyState>();
  const waiting: string[] = [];
  const inFlight = new Set<Promise<void>>();
  const work = new AbortController();
  let phase: 'new' | 'running' | 'stopped' = 'new';
  let sincePause = 0;
  let pausing = false;

  const stateOf = (key: string): KeyState => {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const state: KeyState = { queued: false, running: false, dirty: false, failures: 0, notBeforeMs: 0, timer: null };
    keys.set(key, state);
    return state;
  };

  const pauseLeftMs = ({ failures, notBeforeMs }: KeyState): number =>
    failures === 0 ? 0 : Math.max(notBeforeMs - clock.monotonicMs(), 0);

  const add = (key: string): void => {
    if (phase === 'stopped') return;
    const state = stateOf(key);
    if (state.running) {
      state.dirty = true;
      return;
    }
    if (state.queued) return;
    const waitMs = pauseLeftMs(state);
    if (waitMs > 0) return addAfter(key, waitMs);
    state.queued = true;
    waiting.push(key);
    options.metrics?.depth(waiting.length);
    startWaiting();
  };

  const addAfter = (key: string, ms: number): void => {
    if (phase === 'stopped') return;
    if (ms <= 0) return add(key);
    const state = stateOf(key);
    const dueMs = clock.monotonicMs() + ms;
    if (state.timer !== null && state.timer.dueMs <= dueMs) return;
    state.timer?.cancel();
    const controller = new AbortController();
    state.timer = { dueMs, cancel: () => controller.abort() };
    clock.sleep(ms, controller.signal).then(
      () => {
        state.timer = null;
        add(key);
      },
      () => {}, // cancelled: a look at the key or the stop took its place
    );
  };

  /** Looks that find nothing to do never wait for anything: without a pause, thousands of them would stop all other work. */
  const pauseIfDue = (): boolean => {
    if (waiting.length === 0) sincePause = 0;
    if (sincePause < LOOKS_WITHOUT_PAUSE) return pausing;
    sincePause = 0;
    pausing = true;
    setImmediate(() => {
      pausing = false;
      startWaiting();
    });
    return true;
  };

  const startWaiting = (): void => {
    if (phase !== 'running') return;
    while (inFlight.size < concurrency && !pauseIfDue()) {
      const key = waiting.shift();
      if (key === undefined) return;
      sincePause += 1;
      const look = lookAt(key).finally(() => {
        inFlight.delete(look);
        startWaiting();
      });
      inFlight.add(look);
    }
  };

  const lookAt = async (key: string): Promise<void> => {
    const state = stateOf(key);
    state.queued = false;
    state.running = true;
    state.timer?.cancel();
    state.timer = null;
    options.metrics?.depth(waiting.length);
    const startedMs = clock.monotonicMs();
    const againInMs = await processOnce(key, state);
    options.metrics?.processed({
      outcome: state.failures === 0 ? 'ok' : 'error',
      durationMs: clock.monotonicMs() - startedMs,
    });
    state.running = false;
    const changed = state.dirty;
    state.dirty = false;
    if (changed && state.failures === 0) add(key);
    else if (againInMs !== null) addAfter(key, changed ? Math.min(againInMs, pauseLeftMs(state)) : againInMs);
    // The next look may have begun already: what it works with is not ours to forget.
    const done = !state.running && !state.queued && state.timer === null && state.failures === 0;
    if (done) keys.delete(key);
  };

  const processOnce = async (key: string, state: KeyState): Promise<number | null> => {
    try {
      const { requeueAfterMs } = await options.process(key, work.signal);
      state.failures = 0;
      return requeueAfterMs;
    } catch (thrown) {
      const error = asOperatorError(thrown);
      state.failures += 1;
      const wantedMs = (error.retryAfterSeconds ?? 0) * 1000;
      const retryInMs = Math.max(backoffMs(state.failures, limits, random), Math.min(wantedMs, limits.capMs));
      state.notBeforeMs =
        clock.monotonicMs() + Math.min(retryInMs, Math.max(EVENTS_WAIT_MS, Math.min(wantedMs, limits.capMs)));
      if (!work.signal.aborted) options.onError(key, error, retryInMs);
      return retryInMs;
    }
  };

  const stop = async (reason: unknown): Promise<void> => {
    phase = 'stopped';
    for (const state of keys.values()) state.timer?.cancel();
    waiting.length = 0;
    if (inFlight.size > 0) await drain(reason);
    keys.clear();
    options.metrics?.depth(0);
  };

  const drain = async (reason: unknown): Promise<void> => {
    const drained = new AbortController();
    const limit = clock.sleep(options.drainMs ?? DEFAULT_DRAIN_MS, drained.signal).then(
      () => work.abort(reason),
      () => {}, // everything finished in time
    );
    await Promise.allSettled(inFlight);
    drained.abort();
    await limit;
  };

  return {
    add,
    addAfter,
    async run(signal) {
      if (phase !== 'new') throw new Error('a work queue runs once');
      phase = 'running';
      const aborted = new Promise<void>((resolve) => {
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      startWaiting();
      await aborted;
      await stop(signal.reason);
    },
    isIdle() {
      return waiting.length === 0 && inFlight.size === 0;
    },
    counts() {
      const states = [...keys.values()];
      const due = states.flatMap(({ timer }) => (timer === null ? [] : [timer.dueMs]));
      return {
        queued: waiting.length,
        running: inFlight.size,
        scheduled: due.length,
        known: keys.size,
        failing: states.filter(({ failures }) => failures > 0).length,
        nextDueMs: due.length === 0 ? null : Math.min(...due) - clock.monotonicMs(),
      };
    },
  };
}
