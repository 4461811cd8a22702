// AbortController and AbortSignal without events, timers and stack traces: the same to those who only listen for "abort". The programs
// make several per step, and those of the runtime cost more than all else that a step does.

type Listener = () => void;

/** One for all, as nobody looks further than its name. */
const ABORTED = Object.assign(new Error('This operation was aborted'), { name: 'AbortError' });

export class LightAbortSignal {
  aborted = false;
  reason: unknown = undefined;
  #listeners: Listener[] = [];

  addEventListener(_type: 'abort', listener: Listener): void {
    if (!this.aborted && !this.#listeners.includes(listener)) this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** For the controller alone. Every listener is called once: a signal aborts once. */
  end(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason === undefined ? ABORTED : reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  static any(signals: readonly LightAbortSignal[]): LightAbortSignal {
    const joined = new LightAbortSignal();
    for (const signal of signals) {
      if (signal.aborted) joined.end(signal.reason);
      else signal.addEventListener('abort', () => joined.end(signal.reason));
    }
    return joined;
  }

  static timeout(): never {
    throw new Error('simulated code waits on a real timer; it has to use the clock port');
  }
}

export class LightAbortController {
  readonly signal = new LightAbortSignal();

  abort(reason?: unknown): void {
    this.signal.end(reason);
  }
}
