import { parseDocument } from 'yaml';
import { expect, test } from 'vitest';
import { mergeKeyProblem } from '../../../src/config/merge-keys.ts';

const many = (count: number): string =>
  `x: &x {a: 1}\n${Array.from({ length: count }, (_, index) => `y${index}: {<<: *x}`).join('\n')}\n`;

test.each([
  { name: 'a merge of other fields', text: 'a: {<<: {b: 1}, c: 2}', want: null },
  { name: 'a merge of an anchor', text: 'x: &x {b: 1}\na: {<<: *x, c: 2}', want: null },
  { name: 'a merge of a list without common fields', text: 'x: &x {b: 1}\na: {<<: [*x, {c: 2}]}', want: null },
  { name: 'a field of the map', text: 'a: {<<: {b: 1}, b: 2}', want: '"<<" gives "b" a second value' },
  { name: 'the same by another spelling', text: 'a: {<<: {"\\x62": 1}, b: 2}', want: '"<<" gives "b" a second value' },
  { name: 'two sources', text: 'a: {<<: [{b: 1}, {b: 2}]}', want: '"<<" gives "b" a second value' },
  { name: 'two merge keys', text: 'a:\n  <<: {b: 1}\n  <<: {b: 2}', want: '"<<" gives "b" a second value' },
  { name: 'a list behind an anchor', text: 'x: &x [{b: 1}]\na: {<<: *x, b: 2}', want: '"<<" gives "b" a second value' },
  {
    name: 'a merge in what is merged',
    text: 'x: &x {<<: {b: 1}}\na: {<<: *x, b: 2}',
    want: '"<<" gives "b" a second value',
  },
  { name: 'a merge key in quotes', text: 'a: {"<<": {b: 1}, b: 2}', want: null },
  { name: 'a hundred merges', text: many(100), want: null },
  { name: 'more', text: many(101), want: 'more than 100 merge keys' },
])('$name: $want', ({ text, want }) => {
  expect(mergeKeyProblem(parseDocument(text, { version: '1.1', uniqueKeys: false }))).toBe(want);
});
