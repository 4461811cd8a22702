import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { OutputWindow } from '../../../src/lib/output-window.ts';

/** Everything that can be read, piece by piece, from `offset` on. */
function readAll(window: OutputWindow, { offset = 0, limit = 7, withTail = true } = {}) {
  const pieces: { readonly offset: number; readonly text: string }[] = [];
  for (let at = offset; ; ) {
    const part = window.read({ offset: at, limit, withTail });
    if (part.bytes.byteLength === 0) return pieces;
    pieces.push({ offset: part.offset, text: Buffer.from(part.bytes).toString('latin1') });
    at = part.offset + part.bytes.byteLength;
  }
}

const windowOf = (maxBytes: number, ...chunks: readonly string[]): OutputWindow => {
  const window = new OutputWindow(maxBytes);
  for (const chunk of chunks) window.push(Buffer.from(chunk, 'latin1'));
  return window;
};

describe('an output window', () => {
  test('keeps everything up to its bound', () => {
    const window = windowOf(10, 'abc', 'defg', 'hij');
    expect(readAll(window, { limit: 100 })).toEqual([
      { offset: 0, text: 'abcde' },
      { offset: 5, text: 'fghij' },
    ]);
  });

  test('keeps the first and the last half of more, and the offset shows the gap', () => {
    const window = windowOf(10, 'abcdefghijklmnopqrstuvwxyz');
    expect(window.producedBytes).toBe(26);
    expect(readAll(window, { limit: 100 })[0]).toEqual({ offset: 0, text: 'abcde' });
    expect(readAll(window, { offset: 5, limit: 100 })[0]?.offset).toBe(21);
    expect(
      readAll(window, { offset: 5, limit: 100 })
        .map(({ text }) => text)
        .join(''),
    ).toBe('vwxyz');
    expect(
      readAll(window, { offset: 23 })
        .map(({ text }) => text)
        .join(''),
    ).toBe('xyz');
  });

  test('shows its first half alone when the rest may still change', () => {
    const window = windowOf(4, 'abcdef');
    expect(readAll(window, { withTail: false })).toEqual([{ offset: 0, text: 'ab' }]);
  });

  test('holds no more than its bound, and little for little', () => {
    const window = new OutputWindow(1000);
    window.push(Buffer.from('x'));
    expect(window.heldBytes).toBeLessThan(10);
    for (let round = 0; round < 100; round += 1) window.push(Buffer.alloc(333));
    expect(window.heldBytes).toBe(1000);
  });

  test('gives for every offset what was written there, or what comes next', () => {
    const chunks = fc.array(fc.string({ maxLength: 30 }), { maxLength: 10 });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 2, max: 40 }), fc.nat(320), (texts, maxBytes, offset) => {
        const written = Buffer.from(texts.join(''), 'latin1').toString('latin1');
        const window = windowOf(maxBytes, ...texts);
        expect(window.producedBytes).toBe(written.length);
        let next = Math.min(offset, written.length);
        for (const piece of readAll(window, { offset })) {
          expect(piece.offset).toBeGreaterThanOrEqual(next);
          expect(piece.text).toBe(written.slice(piece.offset, piece.offset + piece.text.length));
          next = piece.offset + piece.text.length;
        }
        expect(next).toBe(written.length);
      }),
    );
  });
});
