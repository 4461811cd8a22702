import { expect, test } from 'vitest';
import { escapeInvisible, lengthOf, shorten, shownValue } from '../../../src/lib/visible-text.ts';

test.each([
  [
    'plain text, \u0437\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439 \u{1f600}',
    'plain text, \u0437\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439 \u{1f600}',
  ],
  ['a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['\u001b[31m\u0000\u009b', '\\u{1b}[31m\\u{0}\\u{9b}'],
  ['\u202e\u200b\u2028\ufeff', '\\u{202e}\\u{200b}\\u{2028}\\u{feff}'],
  ['\ud800', '\\u{d800}'],
])('escapeInvisible(%j)', (text, want) => {
  expect(escapeInvisible(text)).toBe(want);
});

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab\u2026'],
  ['\u{1f600}\u{1f600}', 2, '\u{1f600}\u{1f600}'],
  ['\u{1f600}\u{1f600}\u{1f600}', 2, '\u{1f600}\u2026'],
])('shorten(%j, %i) is %j', (text, length, want) => {
  expect(shorten(text, length)).toBe(want);
  expect(lengthOf(shorten(text, length))).toBeLessThanOrEqual(length);
});

test('shownValue names the empty text', () => {
  expect(shownValue('')).toBe('(empty)');
  expect(lengthOf(shownValue('x'.repeat(1000)))).toBe(60);
});
