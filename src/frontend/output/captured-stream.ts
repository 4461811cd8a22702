// One output stream as the node sent it (head, gap, tail) made into text: cut on UTF-8 and line boundaries, neutralised.

import { neutralise } from './neutralise.ts';

export interface StreamText {
  readonly text: string;
  /** Bytes that are not in `text`: the middle that the node left out and the partial lines at its edges. */
  readonly omittedBytes: number;
}

const LINE_FEED = 0x0a;

export class CapturedStream {
  readonly #head: Uint8Array[] = [];
  readonly #tail: Uint8Array[] = [];
  #omittedBytes = 0;

  add(chunk: Uint8Array): void {
    (this.#omittedBytes > 0 ? this.#tail : this.#head).push(chunk);
  }

  omit(bytes: number): void {
    this.#omittedBytes += bytes;
  }

  /** `marker` says in place how many bytes are missing. */
  text(marker: (omittedBytes: number) => string): StreamText {
    const head = Buffer.concat(this.#head);
    if (this.#omittedBytes === 0) return { text: neutralise(head.toString('utf8')), omittedBytes: 0 };
    const tail = Buffer.concat(this.#tail);
    const headEnd = endOfLastLine(head);
    const tailStart = startOfFirstLine(tail);
    const omittedBytes = this.#omittedBytes + (head.byteLength - headEnd) + tailStart;
    const before = neutralise(head.toString('utf8', 0, headEnd));
    const after = neutralise(tail.toString('utf8', tailStart));
    return {
      text: `${before}${before.endsWith('\n') || before === '' ? '' : '\n'}${marker(omittedBytes)}\n${after}`,
      omittedBytes,
    };
  }
}

/** After the last line feed; where there is none in the last half, after the last whole character. */
function endOfLastLine(bytes: Buffer): number {
  const feed = bytes.lastIndexOf(LINE_FEED);
  if (feed >= bytes.byteLength / 2) return feed + 1;
  let start = bytes.byteLength;
  do start -= 1;
  while (start >= 0 && bytes.byteLength - start < 4 && isContinuation(bytes[start]));
  return start >= 0 && start + characterLength(bytes[start]) > bytes.byteLength ? start : bytes.byteLength;
}

/** After the first line feed; where there is none in the first half, at the first whole character. */
function startOfFirstLine(bytes: Buffer): number {
  const feed = bytes.indexOf(LINE_FEED);
  if (feed !== -1 && feed < bytes.byteLength / 2) return feed + 1;
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return start;
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

function characterLength(lead: number | undefined): number {
  if (lead === undefined || lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
