// Bounds one output stream: the first half of the cap goes out at once, a ring keeps the last half, the middle is only counted.
// Pure: bytes in, bytes out; memory never exceeds the cap, however much a command writes.

export class OutputWindow {
  readonly #headBytes: number;
  readonly #tailBytes: number;
  #sentBytes = 0;
  #ring: Uint8Array | null = null;
  /** Bytes that came after the head. */
  #ringSeen = 0;

  /** `maxBytes` is the most that ever leaves this window; at least 1. */
  constructor(maxBytes: number) {
    this.#headBytes = Math.floor(maxBytes / 2);
    this.#tailBytes = maxBytes - this.#headBytes;
  }

  get producedBytes(): number {
    return this.#sentBytes + this.#ringSeen;
  }

  /** The part of the chunk that belongs to the head, to be sent now; null when the head is full. */
  push(chunk: Uint8Array): Uint8Array | null {
    const room = this.#headBytes - this.#sentBytes;
    const head = chunk.subarray(0, room);
    this.#sentBytes += head.byteLength;
    this.#keep(chunk.subarray(head.byteLength));
    return head.byteLength > 0 ? head : null;
  }

  /** What the head did not take: the bytes left out, then the last ones in order. */
  finish(): { readonly omittedBytes: number; readonly tail: Uint8Array } {
    const ring = this.#ring;
    if (ring === null) return { omittedBytes: 0, tail: new Uint8Array(0) };
    if (this.#ringSeen <= ring.byteLength) return { omittedBytes: 0, tail: ring.slice(0, this.#ringSeen) };
    const oldest = this.#ringSeen % ring.byteLength;
    const tail = new Uint8Array(ring.byteLength);
    tail.set(ring.subarray(oldest));
    tail.set(ring.subarray(0, oldest), ring.byteLength - oldest);
    return { omittedBytes: this.#ringSeen - ring.byteLength, tail };
  }

  #keep(bytes: Uint8Array): void {
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
