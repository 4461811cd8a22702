// Frames of the session init (docs/session-init.md): bytes to frames and back. What comes in is a claim of the other side, so
// nothing here trusts a length before it was bounded, and damaged bytes are skipped, never guessed at.

import { crc32 } from 'node:zlib';

import { OperatorError } from '../../lib/errors.ts';

export interface Frame {
  readonly type: number;
  readonly id: number;
  /** A view that is never written to again. */
  readonly payload: Buffer;
}

export const MAX_PAYLOAD_BYTES = 65_536;
export const HEADER_BYTES = 20;
/** Of data in one frame. */
export const MAX_DATA_BYTES = 32_768;
export const LARGEST_FRAME_BYTES = HEADER_BYTES + MAX_PAYLOAD_BYTES;

const MAGIC = Buffer.from('MCP1', 'latin1');
const CHECKED_HEADER_BYTES = 16;
const NOTHING = Buffer.alloc(0);
/** Bytes whose checksums may be found wrong on one connection: bounds what hunting costs when bytes are made to look like frames. */
const MAX_WASTED_BYTES = 64 * 1_048_576;

/**
 * The frame as its header and the `pieces` of its payload, which are not copied. Throws OperatorError('internal') for more than the limit:
 * callers bound what they send.
 */
export function framePieces(frame: {
  readonly type: number;
  readonly id: number;
  readonly pieces: readonly Uint8Array[];
}): readonly Uint8Array[] {
  const { type, id, pieces } = frame;
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  if (length > MAX_PAYLOAD_BYTES) {
    throw new OperatorError('internal', `a message of ${length} bytes was to be sent; ${MAX_PAYLOAD_BYTES} fit`);
  }
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(type * 0x1_00_00_00, 4);
  header.writeUInt32BE(id, 8);
  header.writeUInt32BE(length, 12);
  const checked = [header.subarray(0, CHECKED_HEADER_BYTES), ...pieces];
  header.writeUInt32BE(
    checked.reduce((sum, piece) => crc32(piece, sum), 0),
    16,
  );
  return [header, ...pieces];
}

const checksumOf = (frame: Buffer): number =>
  crc32(frame.subarray(HEADER_BYTES), crc32(frame.subarray(0, CHECKED_HEADER_BYTES)));

/** Finds the frames in a stream of bytes. Holds at most one incomplete frame and what came with it, and nothing between frames. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  /** Never written to below `#end`, since frames that were handed on are views into it. */
  #held: Buffer = NOTHING;
  #end = 0;
  #skippedBytes = 0;
  #wastedBytes = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes so far that belonged to no frame. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** `chunk` must not be changed afterwards. Throws OperatorError('internal') when hunting has cost too much. */
  push(chunk: Buffer): void {
    let at = 0;
    while (this.#end > 0) {
      if (at === chunk.byteLength) return;
      at += this.#fill(chunk.subarray(at));
      const held = this.#held.subarray(0, this.#end);
      const length = this.#lengthOf(held);
      if (length === 'more') continue;
      this.#held = NOTHING;
      this.#end = 0;
      if (length === 'damaged') return this.#readAll(Buffer.concat([held, chunk.subarray(at)]));
      this.#emit(held);
    }
    this.#readAll(chunk.subarray(at));
  }

  #readAll(source: Buffer): void {
    const rest = source.subarray(this.#scan(source));
    if (rest.byteLength > 0) this.#hold(rest);
  }

  /** Adds to the frame that is held no more than belongs to it; returns how much that was. */
  #fill(bytes: Buffer): number {
    const wanted = this.#end < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + this.#held.readUInt32BE(12);
    const part = bytes.subarray(0, wanted - this.#end);
    this.#hold(part);
    return part.byteLength;
  }

  /** Makes room for the whole frame as soon as its length is known, so that its bytes are copied once. */
  #hold(part: Buffer): void {
    const end = this.#end + part.byteLength;
    if (end > this.#held.byteLength) {
      const header = this.#end === 0 ? part : this.#held.subarray(0, this.#end);
      const isKnown = header.byteLength >= HEADER_BYTES;
      const wanted = isKnown ? HEADER_BYTES + Math.min(header.readUInt32BE(12), MAX_PAYLOAD_BYTES) : HEADER_BYTES;
      const grown = Buffer.allocUnsafeSlow(Math.max(end, wanted));
      this.#held.copy(grown, 0, 0, this.#end);
      this.#held = grown;
    }
    part.copy(this.#held, this.#end);
    this.#end = end;
  }

  /** Hands on every whole frame; returns where the first incomplete one begins, or may begin. */
  #scan(source: Buffer): number {
    let at = 0;
    while (at < source.byteLength) {
      const rest = source.subarray(at);
      const length = this.#lengthOf(rest);
      if (length === 'more') return at;
      if (length === 'damaged') at += this.#skip(rest);
      else {
        this.#emit(rest.subarray(0, length));
        at += length;
      }
    }
    return at;
  }

  #emit(frame: Buffer): void {
    this.#onFrame({ type: frame.readUInt8(4), id: frame.readUInt32BE(8), payload: frame.subarray(HEADER_BYTES) });
  }

  /** Of the whole frame at the start of `bytes`. */
  #lengthOf(bytes: Buffer): number | 'more' | 'damaged' {
    const magic = Math.min(bytes.byteLength, MAGIC.byteLength);
    if (bytes.compare(MAGIC, 0, magic, 0, magic) !== 0) return 'damaged';
    for (let at = 5; at < Math.min(8, bytes.byteLength); at += 1) if (bytes[at] !== 0) return 'damaged';
    if (bytes.byteLength < HEADER_BYTES) return 'more';
    const payloadBytes = bytes.readUInt32BE(12);
    if (payloadBytes > MAX_PAYLOAD_BYTES) return 'damaged';
    const length = HEADER_BYTES + payloadBytes;
    if (bytes.byteLength < length) return 'more';
    if (bytes.readUInt32BE(16) === checksumOf(bytes.subarray(0, length))) return length;
    this.#wastedBytes += length;
    if (this.#wastedBytes > MAX_WASTED_BYTES) throw new OperatorError('internal', 'the session init sends no frames');
    return 'damaged';
  }

  /** To the next byte that a frame can begin with, which may be the start of a magic that the end of `bytes` cuts off. */
  #skip(bytes: Buffer): number {
    const found = bytes.indexOf(MAGIC[0] ?? 0, 1);
    const skipped = found === -1 ? bytes.byteLength : found;
    this.#skippedBytes += skipped;
    return skipped;
  }
}
