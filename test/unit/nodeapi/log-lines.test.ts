import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineAssembler, parseCursor } from '../../../src/nodeapi/log-lines.ts';
import { decodeRecords, encodeRecord, type LogRecord } from '../../../src/nodeapi/log-record.ts';

const epoch = (number = 1, nextSequence = 0): LogRecord => ({
  kind: 'epoch',
  epoch: number,
  nextSequence,
  containerId: 'c1',
});
const output = (sequence: number, text: string | Uint8Array, stream: 'stdout' | 'stderr' = 'stdout'): LogRecord => ({
  kind: 'output',
  sequence,
  atMs: sequence,
  stream,
  bytes: Buffer.from(text),
});
const linesOf = (...records: readonly LogRecord[]) => {
  const assembler = new LineAssembler();
  return records.flatMap((record) => assembler.take(record)).map(({ line }) => line);
};

describe('lines of a log', () => {
  test('are put together across records, each stream for itself', () => {
    const lines = linesOf(
      epoch(),
      output(0, 'ab'),
      output(2, 'x\ny', 'stderr'),
      output(5, 'c\r\n\n'),
      output(9, '\n', 'stderr'),
    );
    expect(lines).toEqual([
      { atMs: 2, stream: 'stderr', text: 'x', cursor: '1.4' },
      { atMs: 0, stream: 'stdout', text: 'abc', cursor: '1.8' },
      { atMs: 5, stream: 'stdout', text: '', cursor: '1.9' },
      { atMs: 2, stream: 'stderr', text: 'y', cursor: '1.10' },
    ]);
  });

  test('are the same however the output is cut into records', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat({ max: 200 })), (text, cuts) => {
        const bytes = Buffer.from(`${text}\n`);
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const records = edges
          .slice(1)
          .map((end, index) => output(edges[index] ?? 0, bytes.subarray(edges[index], end)));
        const whole = linesOf(epoch(), output(0, bytes)).map(({ text: line, cursor }) => ({ line, cursor }));
        expect(linesOf(epoch(), ...records).map(({ text: line, cursor }) => ({ line, cursor }))).toEqual(whole);
      }),
    );
  });

  test('that nothing finished end with their container', () => {
    expect(linesOf(epoch(), output(0, 'half'), { kind: 'end' }).map(({ text }) => text)).toEqual(['half']);
    expect(linesOf(epoch(), output(0, 'half'), epoch(2), output(0, 'new\n')).map(({ text }) => text)).toEqual([
      'half',
      'new',
    ]);
  });

  test('tell the bytes that were lost before them', () => {
    expect(linesOf(epoch(), output(0, 'a\nhal'), output(105, 'f\nb\n'))).toEqual([
      { atMs: 0, stream: 'stdout', text: 'a', cursor: '1.2' },
      { atMs: 0, stream: 'stdout', text: 'hal', cursor: '1.5' },
      { atMs: 105, stream: 'stdout', text: 'f', cursor: '1.107', droppedBytes: 100 },
      { atMs: 105, stream: 'stdout', text: 'b', cursor: '1.109' },
    ]);
  });

  test('go on in the next file, and a file that is the first to be read lacks nothing', () => {
    expect(linesOf(epoch(1, 50), output(50, 'a'), epoch(1, 51), output(51, 'b\n'))).toEqual([
      { atMs: 50, stream: 'stdout', text: 'ab', cursor: '1.53' },
    ]);
  });

  test('that are too long become several, and what is no UTF-8 is replaced', () => {
    const long = linesOf(epoch(), output(0, Buffer.alloc(65_536 + 10, 'x')), output(65_546, '\n'));
    expect(long.map(({ text }) => text.length)).toEqual([65_536, 10]);
    expect(linesOf(epoch(), output(0, Buffer.from([0x61, 0xff, 0x0a]))).map(({ text }) => text)).toEqual(['a\ufffd']);
  });

  test.each(['', 'x', '1', '1.', '1.-1', '1.1.1', ' 1.1', '1.99999999999999999'])('%j is no cursor', (text) => {
    expect(parseCursor(text)).toBeNull();
  });
});

describe('records on disk', () => {
  const all = [epoch(3, 7), output(7, 'hello', 'stderr'), { kind: 'end' } as const];
  const wire = Buffer.concat(all.map(encodeRecord));

  test('come back as they were', () => {
    expect(decodeRecords(wire)).toEqual({ records: all, usedBytes: wire.byteLength, damaged: false });
  });

  test('that are torn anywhere leave what is whole before them', () => {
    const sizes = all.map((record) => encodeRecord(record).byteLength);
    for (let length = 0; length < wire.byteLength; length += 1) {
      const whole = sizes.filter((_, index) => sizes.slice(0, index + 1).reduce((a, b) => a + b) <= length).length;
      expect(decodeRecords(wire.subarray(0, length)).records).toEqual(all.slice(0, whole));
    }
  });

  test('that are changed anywhere are not believed', () => {
    for (let at = 0; at < wire.byteLength; at += 1) {
      const changed = Buffer.from(wire);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(decodeRecords(changed).records.length).toBeLessThan(all.length);
    }
  });
});
