import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutputWindow } from '../../../src/nodeapi/output-window.ts';

function run(maxBytes: number, chunks: readonly Uint8Array[]) {
  const window = new OutputWindow(maxBytes);
  const heads = chunks.map((chunk) => window.push(chunk)).filter((head) => head !== null);
  const { omittedBytes, tail } = window.finish();
  return { head: Buffer.concat(heads), tail: Buffer.from(tail), omittedBytes, producedBytes: window.producedBytes };
}

const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 40 });
const cap = fc.integer({ min: 1, max: 64 });

describe('output window', () => {
  test('accounts for every byte: head, then the bytes left out, then the tail', () => {
    fc.assert(
      fc.property(cap, chunks, (maxBytes, given) => {
        const all = Buffer.concat(given);
        const { head, tail, omittedBytes, producedBytes } = run(maxBytes, given);
        expect(producedBytes).toBe(all.byteLength);
        expect(head.byteLength + omittedBytes + tail.byteLength).toBe(all.byteLength);
        expect(head.equals(all.subarray(0, head.byteLength))).toBe(true);
        expect(tail.equals(all.subarray(all.byteLength - tail.byteLength))).toBe(true);
      }),
    );
  });

  test('lets out at most the cap, and everything that fits the cap', () => {
    fc.assert(
      fc.property(cap, chunks, (maxBytes, given) => {
        const { head, tail, omittedBytes, producedBytes } = run(maxBytes, given);
        expect(head.byteLength + tail.byteLength).toBe(Math.min(maxBytes, producedBytes));
        expect(omittedBytes).toBe(Math.max(0, producedBytes - maxBytes));
      }),
    );
  });

  test('does not depend on how the bytes are cut into chunks', () => {
    fc.assert(
      fc.property(cap, chunks, (maxBytes, given) => {
        expect(run(maxBytes, given)).toEqual(run(maxBytes, [Buffer.concat(given)]));
      }),
    );
  });

  test('keeps no reference to a chunk that its owner may write again', () => {
    const window = new OutputWindow(4);
    const chunk = Buffer.from('abcdef');
    window.push(chunk);
    chunk.fill(0);
    expect(Buffer.from(window.finish().tail).toString()).toBe('ef');
  });
});
