// What is kept of one output stream: the first half and the last half of a bound. What falls between is counted and dropped.
// Pure: bytes in, bytes out; memory never exceeds the bound, however much comes.

export interface WindowPart {
  /** Of the first byte; later than asked for where that was dropped. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class OutputWindow {
  readonly #headBytes: number;
  readonly #tailBytes: number;
  /** Grows by doubling; never written to below `#headFilled`, so parts can be views of it. */
  #head = new Uint8Array(0);
  #headFilled = 0;
  #ring: Uint8Array | null = null;
  /** Bytes that came after the head. */
  #ringSeen = 0;

  /** `maxBytes`: at least 2. */
  constructor(maxBytes: number) {
    this.#headBytes = Math.floor(maxBytes / 2);
    this.#tailBytes = maxBytes - this.#headBytes;
  }

  /** Kept or not. */
  get producedBytes(): number {
    return this.#headFilled + this.#ringSeen;
  }

  /** Memory that this holds. */
  get heldBytes(): number {
    return this.#head.byteLength + (this.#ring?.byteLength ?? 0);
  }

  push(chunk: Uint8Array): void {
    const head = chunk.subarray(0, this.#headBytes - this.#headFilled);
    this.#pushHead(head);
    this.#pushRing(chunk.subarray(head.byteLength));
  }

  /** What is kept at `offset` or, where that was dropped and `withTail`, after it; empty for nothing. At most `limit` bytes. */
  read(wanted: { readonly offset: number; readonly limit: number; readonly withTail: boolean }): WindowPart {
    const offset = Math.min(wanted.offset, this.producedBytes);
    if (offset < this.#headFilled) {
      return { offset, bytes: this.#head.subarray(offset, Math.min(offset + wanted.limit, this.#headFilled)) };
    }
    const ring = this.#ring;
    if (ring === null || !wanted.withTail) return { offset, bytes: new Uint8Array(0) };
    const oldest = this.#headBytes + Math.max(0, this.#ringSeen - ring.byteLength);
    const from = Math.max(offset, oldest);
    const at = (from - this.#headBytes) % ring.byteLength;
    const length = Math.min(wanted.limit, this.producedBytes - from, ring.byteLength - at);
    return { offset: from, bytes: ring.slice(at, at + length) };
  }

  #pushHead(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    const filled = this.#headFilled + bytes.byteLength;
    if (filled > this.#head.byteLength) {
      const grown = new Uint8Array(Math.min(this.#headBytes, Math.max(filled, this.#head.byteLength * 2)));
      grown.set(this.#head.subarray(0, this.#headFilled));
      this.#head = grown;
    }
    this.#head.set(bytes, this.#headFilled);
    this.#headFilled = filled;
  }

  #pushRing(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#ring ??= new Uint8Array(this.#tailBytes);
    const size = this.#ring.byteLength;
    const skipped = Math.max(0, bytes.byteLength - size);
    const kept = bytes.subarray(skipped);
    const at = (this.#ringSeen + skipped) % size;
    const untilEnd = Math.min(kept.byteLength, size - at);
    this.#ring.set(kept.subarray(0, untilEnd), at);
    this.#ring.set(kept.subarray(untilEnd), 0);
    this.#ringSeen += bytes.byteLength;
  }
}
