import { expect, test } from 'vitest';
import { replaced } from '../../faults/bundle.ts';

const swap = { file: 'a.ts', find: 'one', replace: 'two' };

test('replaces what occurs exactly once', () => {
  expect(replaced('zero one three', swap)).toBe('zero two three');
});

test.each([
  { name: 'never', text: 'zero', times: 0 },
  { name: 'twice', text: 'one one', times: 2 },
])('refuses a text in which it occurs $name', ({ text, times }) => {
  expect(() => replaced(text, swap)).toThrow(`a.ts: "one" occurs ${times} times, not once`);
});
