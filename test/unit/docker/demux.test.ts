import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createDemuxer } from '../../../src/docker/demux.ts';
import type { OutputStream } from '../../../src/ports/container-access.ts';

function frame(kind: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(payload.byteLength, 4);
  return Buffer.concat([header, payload]);
}

/** `bytes` in pieces that end at `cuts`. */
function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.byteLength + 1)))].sort((left, right) => left - right);
  return [...ends, bytes.byteLength].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function demux(chunks: readonly Uint8Array[], maxBytes = 1_000_000) {
  const seen: { stream: OutputStream; bytes: Buffer }[] = [];
  const demuxer = createDemuxer({
    maxBytes,
    onOutput: (stream, chunk) => seen.push({ stream, bytes: Buffer.from(chunk) }),
  });
  for (const chunk of chunks) demuxer.push(chunk);
  const of = (wanted: OutputStream) =>
    Buffer.concat(seen.filter(({ stream }) => stream === wanted).map(({ bytes }) => bytes));
  return { stdout: of('stdout'), stderr: of('stderr'), seen, demuxer };
}

const frames = fc.array(fc.record({ kind: fc.constantFrom(1, 2), payload: fc.uint8Array({ maxLength: 40 }) }), {
  maxLength: 12,
});

test('gives every byte to its stream, in order, however the bytes are cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(600), { maxLength: 30 }), (given, cuts) => {
      const bytes = Buffer.concat(given.map(({ kind, payload }) => frame(kind, payload)));
      const { stdout, stderr, demuxer } = demux(pieces(bytes, cuts));
      const want = (kind: number) =>
        Buffer.concat(given.filter((each) => each.kind === kind).map(({ payload }) => payload));
      expect(stdout.equals(want(1))).toBe(true);
      expect(stderr.equals(want(2))).toBe(true);
      expect(demuxer.isAtFrameEnd()).toBe(true);
    }),
  );
});

test('keeps the order between the streams', () => {
  const { seen } = demux([
    Buffer.concat([frame(1, Buffer.from('a')), frame(2, Buffer.from('b')), frame(1, Buffer.from('c'))]),
  ]);
  expect(seen.map(({ stream, bytes }) => `${stream} ${bytes.toString()}`)).toEqual([
    'stdout a',
    'stderr b',
    'stdout c',
  ]);
});

test('hands on what has come of a frame without waiting for the rest of it', () => {
  const huge = Buffer.alloc(8);
  huge[0] = 1;
  huge.writeUInt32BE(0xffff_ffff, 4);
  const { stdout, demuxer } = demux([huge, Buffer.from('part')]);
  expect(stdout.toString()).toBe('part');
  expect(demuxer.isAtFrameEnd()).toBe(false);
});

describe('refuses', () => {
  test.each([
    { name: 'an unknown stream', header: [3, 0, 0, 0] },
    { name: 'the stream of standard input', header: [0, 0, 0, 0] },
    { name: 'what is no header', header: [1, 0, 0, 7] },
    { name: 'plain text', header: [...Buffer.from('hell')] },
  ])('$name', ({ header }) => {
    const given = Buffer.from([...header, 0, 0, 0, 1, 0]);
    expect(() => demux([given])).toThrow(expect.objectContaining({ kind: 'internal' }) as Error);
  });

  test('more bytes than allowed, at the byte', () => {
    const bytes = [frame(1, Buffer.alloc(6)), frame(2, Buffer.alloc(4))];
    expect(demux(bytes, 10).seen).toHaveLength(2);
    expect(() => demux([...bytes, frame(1, Buffer.alloc(1))], 10)).toThrow(
      expect.objectContaining({ kind: 'too-large' }) as Error,
    );
  });

  test('never with anything but a fault of ours, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), (chunks) => {
        try {
          demux(chunks, 50);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'OperatorError' });
        }
      }),
    );
  });
});
