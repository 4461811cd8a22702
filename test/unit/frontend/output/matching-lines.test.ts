import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { matchingLines } from '../../../../src/frontend/output/matching-lines.ts';

const match = (text: string, change: { readonly end?: boolean; readonly most?: number } = {}) =>
  matchingLines(Buffer.from(text), RE2JS.compile('x'), { end: true, most: 1000, ...change });

test.each([
  { name: 'nothing', given: match(''), want: { text: '', consumed: 0 } },
  { name: 'matching lines alone', given: match('a\nx1\nb\nx2\n'), want: { text: 'x1\nx2\n', consumed: 10 } },
  { name: 'an unfinished line at the end of the output', given: match('a\nx'), want: { text: 'x\n', consumed: 3 } },
  {
    name: 'no unfinished line while more may come',
    given: match('a\nx', { end: false }),
    want: { text: '', consumed: 2 },
  },
  {
    name: 'an unfinished line that fills the page',
    given: match('axa', { end: false }),
    want: { text: 'axa\n', consumed: 3 },
  },
  {
    name: 'no more than there is room for',
    given: match('x1\nx2\nx3\n', { most: 6 }),
    want: { text: 'x1\nx2\n', consumed: 6 },
  },
  {
    name: 'one line that is larger than the room',
    given: match('xxxxxx\nx\n', { most: 2 }),
    want: { text: 'xxxxxx\n', consumed: 7 },
  },
])('shows $name', ({ given, want }) => {
  expect(given).toEqual(want);
});
