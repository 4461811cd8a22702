// Texts that make a parser of YAML look at everything again for every part: each took minutes once, and now has an answer in the time
// that its length needs. The bound is the time that vitest gives a test.

import { expect, test } from 'vitest';
import { readYaml } from '../../../src/config/read-yaml.ts';

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

const TIME = { timeout: 20_000 };

test.each([
  { name: 'many keys', text: `{${lines(10_000, (index) => `"k${index}":1,`)}}`, want: 'read' },
  { name: 'one key many times', text: lines(9_000, () => 'k: 1'), want: 'file:2: Map keys must be unique' },
  { name: 'many quotes', text: '"'.repeat(200_001), want: 'file: holds a document of more than 100000 tokens' },
  {
    name: 'many brackets',
    text: '] '.repeat(40_000),
    want: 'file: holds more than 200 errors or directives',
  },
  {
    name: 'many anchors and aliases',
    text: lines(2_000, (index) => `k${index}: &a${index} 1\nl${index}: *a${index}`),
    want: 'file: holds more than 500 aliases',
  },
  {
    name: 'many merges of one anchor',
    text: `x: &x {a: 1}\n${lines(400, (index) => `k${index}: {<<: *x}`)}`,
    want: 'file: Excessive alias count indicates a resource exhaustion attack',
  },
])('$name: $want', TIME, ({ text, want }) => {
  const read = readYaml(text, 'file');
  expect(read.ok ? 'read' : read.error[0]).toBe(want);
});
