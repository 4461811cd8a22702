// Data on its way from the session init to a consumer at its own pace. The init may send what was granted and no more; memory stays
// near that whatever the sizes of the pieces are.

import { OperatorError } from '../../lib/errors.ts';
import { MAX_DATA_BYTES } from './frames.ts';

export interface Piece {
  /** Pieces of one lane stay in order; where there are many, those of different lanes may change places. */
  readonly lane: string;
  /** Position of the first byte in the lane. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** When it was written; of joined pieces the first. */
  readonly atMs: number;
}

/** From here on small pieces are joined: each would cost many times its bytes. */
const JOIN_FROM_PIECES = 64;

interface Joined extends Piece {
  bytes: Uint8Array;
  /** Room to grow in, which `bytes` is the filled part of; null for a piece as it came. */
  room: Buffer | null;
}

export class CreditQueue {
  readonly #windowBytes: number;
  readonly #grant: (bytes: number) => void;
  readonly #pieces: Joined[] = [];
  readonly #last = new Map<string, Joined>();
  #creditBytes: number;
  #takenBytes = 0;
  #end: { readonly fault: OperatorError | null } | null = null;
  #wake: (() => void) | null = null;

  /** The first `windowBytes` have been granted with the request; `grant` is called for more as the consumer takes. */
  constructor(windowBytes: number, grant: (bytes: number) => void) {
    this.#windowBytes = windowBytes;
    this.#creditBytes = windowBytes;
    this.#grant = grant;
  }

  /** Throws OperatorError('internal') for more than was granted or than fits into a frame. */
  push(piece: Piece): void {
    const length = piece.bytes.byteLength;
    this.#creditBytes -= length;
    if (this.#creditBytes < 0 || length > MAX_DATA_BYTES) {
      throw new OperatorError('internal', 'the session init sent more than it was asked for');
    }
    if (this.#end !== null || length === 0) return;
    const last = this.#pieces.length < JOIN_FROM_PIECES ? undefined : this.#last.get(piece.lane);
    if (last === undefined || !join(last, piece)) {
      const joined: Joined = { ...piece, room: null };
      this.#pieces.push(joined);
      this.#last.set(piece.lane, joined);
    }
    this.#wakeUp();
  }

  /** What came before is still handed on; then the consumer ends, or gets the fault. */
  end(fault: OperatorError | null): void {
    this.#end ??= { fault };
    this.#wakeUp();
  }

  /** One consumer. Credit is granted for a piece when the next one is asked for. */
  async *pieces(): AsyncGenerator<Piece, void, undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        if (this.#last.get(piece.lane) === piece) this.#last.delete(piece.lane);
        yield piece;
        this.#taken(piece.bytes.byteLength);
      } else if (this.#end !== null) {
        if (this.#end.fault !== null) throw this.#end.fault;
        return;
      } else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    }
  }

  /** In few large grants: each is a frame. */
  #taken(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes < this.#windowBytes / 4 || this.#end !== null) return;
    this.#creditBytes += this.#takenBytes;
    const granted = this.#takenBytes;
    this.#takenBytes = 0;
    this.#grant(granted);
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

/** Whether `next` went into `last`: it follows it without a gap, and both together are no more than a frame's worth. */
function join(last: Joined, next: Piece): boolean {
  const length = last.bytes.byteLength;
  const together = length + next.bytes.byteLength;
  if (last.at + length !== next.at || together > MAX_DATA_BYTES) return false;
  if (last.room === null || last.room.byteLength < together) {
    const room = Buffer.allocUnsafeSlow(Math.min(MAX_DATA_BYTES, together * 2));
    room.set(last.bytes);
    last.room = room;
  }
  last.room.set(next.bytes, length);
  last.bytes = last.room.subarray(0, together);
  return true;
}
