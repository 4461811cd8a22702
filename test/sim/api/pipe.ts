// A stream that is filled from outside, one chunk at a time.

export class Pipe implements AsyncIterableIterator<Buffer> {
  readonly #chunks: Buffer[] = [];
  #waiting: {
    readonly resolve: (result: IteratorResult<Buffer>) => void;
    readonly reject: (why: unknown) => void;
  } | null = null;
  #end: { readonly fault: unknown } | null = null;

  get ended(): boolean {
    return this.#end !== null;
  }

  push(chunk: Buffer): void {
    if (this.#end !== null) return;
    if (this.#waiting === null) {
      this.#chunks.push(chunk);
      return;
    }
    this.#waiting.resolve({ done: false, value: chunk });
    this.#waiting = null;
  }

  /** `fault` null: an orderly end. */
  end(fault: unknown): void {
    if (this.#end !== null) return;
    this.#end = { fault };
    if (this.#waiting === null) return;
    if (fault === null) this.#waiting.resolve({ done: true, value: undefined });
    else this.#waiting.reject(fault);
    this.#waiting = null;
  }

  next(): Promise<IteratorResult<Buffer>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk });
    if (this.#end !== null) {
      const { fault } = this.#end;
      return fault === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(fault as Error);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.end(null);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
