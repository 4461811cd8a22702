// Bytes in, frames out. Bounds every line and checks every frame, because the other end holds output of an untrusted program.

import type { z } from 'zod';
import { OperatorError } from '../lib/errors.ts';

const NEWLINE = 0x0a;

export class FrameReader<Frame> {
  readonly #schema: z.ZodType<Frame>;
  readonly #maxLineBytes: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(schema: z.ZodType<Frame>, maxLineBytes: number) {
    this.#schema = schema;
    this.#maxLineBytes = maxLineBytes;
  }

  /** The frames that this chunk completes. Throws `internal` on a line that is too long or is not a frame. Empty lines are heartbeats. */
  push(chunk: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at));
      const line = this.#takeLine();
      if (line !== '') frames.push(this.#parse(line));
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
    return frames;
  }

  #keep(part: Uint8Array): void {
    this.#pendingBytes += part.byteLength;
    if (this.#pendingBytes > this.#maxLineBytes) {
      throw new OperatorError('internal', `the node API sent a line longer than ${this.#maxLineBytes} bytes`);
    }
    if (part.byteLength > 0) this.#pending.push(part);
  }

  #takeLine(): string {
    const line = Buffer.concat(this.#pending).toString('utf8');
    this.#pending = [];
    this.#pendingBytes = 0;
    return line;
  }

  #parse(line: string): Frame {
    try {
      return this.#schema.parse(JSON.parse(line));
    } catch (cause) {
      throw new OperatorError('internal', 'the node API sent a line that is not a frame of the protocol', { cause });
    }
  }
}
