import { expect, test } from 'vitest';
import { hasLoneSurrogate } from '../../../src/lib/well-formed.ts';

test.each([
  { name: 'half of a pair', text: '["\\ud800"]', want: true },
  { name: 'the other half, in a key, deep inside', text: '[{"a":[{"\\uDC00":1}]}]', want: true },
  { name: 'two halves the wrong way round', text: '["\\udc00\\ud800"]', want: true },
  { name: 'a pair by escapes', text: '["\\ud83d\\ude00"]', want: false },
  { name: 'a pair as it is', text: '["\u{1f600}"]', want: false },
  { name: 'a backslash before the letters', text: '["\\\\ud800"]', want: false },
  { name: 'another escape', text: '["\\u0041"]', want: false },
])('$name: $want', ({ text, want }) => {
  expect(hasLoneSurrogate(text, JSON.parse(text))).toBe(want);
});

test('deep nesting does not end the stack', () => {
  const text = `${'['.repeat(5000)}"\\ud800"${']'.repeat(5000)}`;
  expect(hasLoneSurrogate(text, JSON.parse(text))).toBe(true);
});
