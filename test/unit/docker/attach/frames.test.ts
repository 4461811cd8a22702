import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { framePieces, type Frame, FrameReader, LARGEST_FRAME_BYTES } from '../../../../src/docker/attach/frames.ts';
import { OperatorError } from '../../../../src/lib/errors.ts';

interface Read {
  readonly frames: readonly Frame[];
  readonly skippedBytes: number;
}

/** `cuts` are sizes of the pieces in which the bytes arrive, over and over. */
function read(bytes: Buffer, cuts: readonly number[] = [65_536]): Read {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push({ ...frame, payload: Buffer.from(frame.payload) }));
  for (let at = 0, turn = 0; at < bytes.byteLength; turn += 1) {
    const size = cuts[turn % cuts.length] ?? 1;
    reader.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return { frames, skippedBytes: reader.skippedBytes };
}

const aFrame = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 0xff_ff_ff_ff }),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
const someCuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
const encodeFrame = (frame: Parameters<typeof framePieces>[0]): Buffer => Buffer.concat(framePieces(frame));
const encode = ({ type, id, payload }: Frame): Buffer => encodeFrame({ type, id, pieces: [payload] });

describe('frames', () => {
  test('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(aFrame, { maxLength: 8 }), someCuts, (frames, cuts) => {
        expect(read(Buffer.concat(frames.map(encode)), cuts)).toEqual({ frames, skippedBytes: 0 });
      }),
    );
  });

  test('look on the wire as the contract says', () => {
    const bytes = encodeFrame({ type: 0x81, id: 7, pieces: [Buffer.from('ab')] });
    expect(bytes.subarray(0, 16).toString('hex')).toBe('4d435031810000000000000700000002');
    expect(bytes.subarray(20).toString()).toBe('ab');
  });

  test('carry at most the limit', () => {
    const payload = Buffer.alloc(65_536, 1);
    expect(read(encode({ type: 1, id: 1, payload }), [1000]).frames).toEqual([{ type: 1, id: 1, payload }]);
    expect(() => encodeFrame({ type: 1, id: 1, pieces: [payload, Buffer.alloc(1)] })).toThrow(OperatorError);
  });
});

describe('damage', () => {
  test('is skipped: a frame after garbage is found, however the bytes are cut', () => {
    const garbage = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(garbage, aFrame, someCuts, (before, frame, cuts) => {
        const padding = Buffer.alloc(LARGEST_FRAME_BYTES);
        const { frames } = read(Buffer.concat([before, padding, encode(frame)]), [...cuts, 30_000]);
        expect(frames.at(-1)).toEqual(frame);
      }),
      { numRuns: 50 },
    );
  });

  test('a frame cut off by the death of its sender does not swallow what follows the padding', () => {
    const frame: Frame = { type: 1, id: 2, payload: Buffer.from('hello') };
    const whole = encode({ type: 9, id: 9, payload: Buffer.alloc(65_536, 0x4d) });
    for (const keep of [1, 4, 19, 20, 21, 40_000, whole.byteLength - 1]) {
      const bytes = Buffer.concat([whole.subarray(0, keep), Buffer.alloc(LARGEST_FRAME_BYTES), encode(frame)]);
      expect(read(bytes, [32_768]).frames).toEqual([frame]);
    }
  });

  test('one changed byte never changes a frame unseen', () => {
    fc.assert(
      fc.property(aFrame, aFrame, fc.nat(), fc.integer({ min: 1, max: 255 }), (first, second, at, change) => {
        const bytes = encode(first);
        const index = at % bytes.byteLength;
        bytes[index] = (bytes[index] ?? 0) ^ change;
        const padding = Buffer.alloc(LARGEST_FRAME_BYTES);
        expect(read(Buffer.concat([bytes, padding, encode(second)]), [5000]).frames).toEqual([second]);
      }),
      { numRuns: 100 },
    );
  });

  test('bytes made to look like frames cost a bounded amount of work', () => {
    const header = encodeFrame({ type: 1, id: 1, pieces: [Buffer.alloc(65_536)] }).subarray(0, 20);
    const bytes = Buffer.concat(Array.from({ length: 20_000 }, () => header));
    expect(() => read(bytes, [65_536])).toThrow(expect.objectContaining({ kind: 'internal' }) as Error);
  });

  test('a frame in single bytes is read in linear time', () => {
    const payload = Buffer.alloc(65_536, 5);
    expect(read(encode({ type: 1, id: 1, payload }), [1]).frames).toHaveLength(1);
  });
});
