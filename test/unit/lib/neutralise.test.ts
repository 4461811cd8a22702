import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { neutralise } from '../../../src/lib/neutralise.ts';

/** Control and ignorable characters, line and paragraph separators. */
const STEERS = /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;

describe('neutralise', () => {
  test.each([
    { name: 'plain text, tabs and line feeds', given: 'a\tb\nc é 漢 🙂', want: 'a\tb\nc é 漢 🙂' },
    { name: 'colours', given: '\u001b[1;31mred\u001b[0m', want: 'red' },
    { name: 'cursor movement and erasure', given: 'rm -rf /\u001b[2K\u001b[1Gecho hi', want: 'rm -rf /echo hi' },
    { name: 'a title that ends with BEL', given: '\u001b]0;title\u0007text', want: 'text' },
    {
      name: 'a hyperlink that ends with ST',
      given: '\u001b]8;;http://evil\u001b\\click\u001b]8;;\u001b\\',
      want: 'click',
    },
    { name: 'clipboard writing', given: '\u001b]52;c;cm0gLXJm\u0007ok', want: 'ok' },
    { name: 'a device control string', given: '\u001bPq#0\u001b\\ok', want: 'ok' },
    { name: 'an unfinished string, without what follows it', given: '\u001b]0;open\nnext', want: '0;open\nnext' },
    { name: 'a character set switch', given: '\u001b(0lqk\u001b(B', want: 'lqk' },
    { name: 'an escape at the end', given: 'x\u001b', want: 'x' },
    { name: 'eight-bit controls', given: 'a\u009b31mb\u0085c', want: 'a31mbc' },
    { name: 'NUL, BEL, backspace, DEL', given: 'a\u0000b\u0007c\u0008d\u007fe', want: 'abcde' },
    { name: 'Windows line ends', given: 'a\r\nb', want: 'a\nb' },
    { name: 'a line that overwrites itself', given: 'visible\rhidden', want: 'visible\nhidden' },
    { name: 'bidirectional controls', given: 'a\u202eb\u2066c\u200fd', want: 'abcd' },
    { name: 'zero width characters', given: 'a\u200bb\u200dc\ufeffd\u2060e\u00adf', want: 'abcdef' },
    { name: 'tags and variation selectors', given: 'a\u{e0041}\u{e007f}b\ufe0fc\u{e0100}d', want: 'abcd' },
    { name: 'line and paragraph separators', given: 'a\u2028b\u2029c', want: 'abc' },
  ])('$name', ({ given, want }) => {
    expect(neutralise(given)).toBe(want);
  });

  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom('\u001b', '[', ']', '\\', 'P', '\u0007', '\r', '\n', '\u009b', '\u202e', '0', ';', 'm'),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
    )
    .map((parts) => parts.join(''));

  test('leaves nothing that steers, and never grows', () => {
    fc.assert(
      fc.property(hostile, (given) => {
        const shown = neutralise(given);
        expect(
          Array.from(shown).filter((character) => STEERS.test(character) && character !== '\n' && character !== '\t'),
        ).toEqual([]);
        expect(shown.length).toBeLessThanOrEqual(given.length);
        expect(neutralise(shown)).toBe(shown);
      }),
    );
  });
});
