// One output stream as it came (head, gap, tail), bounded, and made into text: cut on UTF-8 and line boundaries, neutralised.

import { neutralise } from '../../lib/neutralise.ts';
import { endOfLastLine, startOfFirstLine } from './cut.ts';

export interface StreamText {
  readonly text: string;
  /** Bytes that are not in `text`: the middle that was left out and the partial lines at its edges. */
  readonly omittedBytes: number;
  /** Offset of the first of them in the stream; null for none. */
  readonly omittedFrom: number | null;
}

/** Says in place how many bytes are missing, and from which offset on. */
export type Marker = (omittedBytes: number, omittedFrom: number) => string;

export class CapturedStream {
  readonly #halfBytes: number;
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #omittedBytes = 0;

  /** Keeps the first and the last half of so many bytes. */
  constructor(maxBytes: number) {
    this.#halfBytes = Math.ceil(maxBytes / 2);
  }

  add(chunk: Uint8Array): void {
    const room = this.#omittedBytes > 0 ? 0 : this.#halfBytes - this.#headBytes;
    const first = chunk.subarray(0, room);
    if (first.byteLength > 0) this.#head.push(first);
    this.#headBytes += first.byteLength;
    if (first.byteLength === chunk.byteLength) return;
    this.#tail.push(chunk.subarray(first.byteLength));
    this.#tailBytes += chunk.byteLength - first.byteLength;
    this.#trimTail();
  }

  /** Bytes that never came; what came before them is not the end of the stream. */
  omit(bytes: number): void {
    this.#omittedBytes += bytes + this.#tailBytes;
    this.#tail = [];
    this.#tailBytes = 0;
  }

  text(marker: Marker): StreamText {
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    if (this.#omittedBytes === 0) {
      return { text: neutralise(Buffer.concat([head, tail]).toString('utf8')), omittedBytes: 0, omittedFrom: null };
    }
    const omittedFrom = endOfLastLine(head);
    const tailStart = startOfFirstLine(tail);
    const omittedBytes = this.#omittedBytes + (head.byteLength - omittedFrom) + tailStart;
    const before = neutralise(head.toString('utf8', 0, omittedFrom));
    const after = neutralise(tail.toString('utf8', tailStart));
    const text = `${before}${before.endsWith('\n') || before === '' ? '' : '\n'}${marker(omittedBytes, omittedFrom)}\n${after}`;
    return { text, omittedBytes, omittedFrom };
  }

  #trimTail(): void {
    let surplus = this.#tailBytes - this.#halfBytes;
    if (surplus <= 0) return;
    this.#omittedBytes += surplus;
    this.#tailBytes -= surplus;
    let whole = 0;
    for (const chunk of this.#tail) {
      if (chunk.byteLength > surplus) break;
      surplus -= chunk.byteLength;
      whole += 1;
    }
    this.#tail.splice(0, whole);
    const first = this.#tail[0];
    if (first !== undefined && surplus > 0) this.#tail[0] = first.subarray(surplus);
  }
}
