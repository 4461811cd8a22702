// Takes apart what the engine sends for a command without a terminal: frames of an 8-byte header (stream, three zeroes,
// length) and a payload, both streams in one. Holds back nothing but an incomplete header, however large a frame claims to be.

import { OperatorError } from '../lib/errors.ts';
import type { OutputStream } from '../ports/container-access.ts';

export interface Demuxer {
  /**
   * Hands on every payload byte of `chunk`, as views into it, in order. Throws OperatorError: `too-large` when more than
   * `maxBytes` have come in all, `internal` for what is not such a stream; after that it must not be used again.
   */
  push(chunk: Uint8Array): void;
  /** Whether everything so far ended with a whole frame. */
  isAtFrameEnd(): boolean;
}

export interface DemuxerOptions {
  readonly onOutput: (stream: OutputStream, chunk: Uint8Array) => void;
  readonly maxBytes: number;
}

const HEADER_BYTES = 8;
const STREAMS: Readonly<Record<number, OutputStream>> = { 1: 'stdout', 2: 'stderr' };

export function createDemuxer({ onOutput, maxBytes }: DemuxerOptions): Demuxer {
  const header = new Uint8Array(HEADER_BYTES);
  let headerFilled = 0;
  let payloadLeft = 0;
  let stream: OutputStream = 'stdout';
  let total = 0;

  function takeHeader(chunk: Uint8Array): number {
    const part = chunk.subarray(0, HEADER_BYTES - headerFilled);
    header.set(part, headerFilled);
    headerFilled += part.byteLength;
    if (headerFilled === HEADER_BYTES) {
      ({ stream, length: payloadLeft } = readHeader(header));
      if (payloadLeft === 0) headerFilled = 0;
    }
    return part.byteLength;
  }

  function takePayload(chunk: Uint8Array): number {
    const part = chunk.subarray(0, payloadLeft);
    payloadLeft -= part.byteLength;
    total += part.byteLength;
    if (payloadLeft === 0) headerFilled = 0;
    if (total > maxBytes) throw new OperatorError('too-large', `the command wrote more than ${maxBytes} bytes`);
    onOutput(stream, part);
    return part.byteLength;
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.byteLength) {
        const rest = chunk.subarray(at);
        at += headerFilled < HEADER_BYTES ? takeHeader(rest) : takePayload(rest);
      }
    },
    isAtFrameEnd: () => headerFilled === 0,
  };
}

function readHeader(header: Uint8Array): { stream: OutputStream; length: number } {
  const [kind = 0, ...zeroes] = header.subarray(0, 4);
  const stream = STREAMS[kind];
  if (stream === undefined || zeroes.some((byte) => byte !== 0)) {
    throw new OperatorError('internal', `the engine sent output of unknown kind ${header.subarray(0, 4).join('.')}`);
  }
  return { stream, length: new DataView(header.buffer, header.byteOffset).getUint32(4) };
}
