// A deadline that moves on with every sign of life: it aborts when nothing has happened for too long, however long the
// whole takes.

export class StallTimer {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the wait anew. */
  expectWithin(limitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#controller.abort(new DOMException(`no answer within ${limitMs} ms`, 'TimeoutError')),
      limitMs,
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
