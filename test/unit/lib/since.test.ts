import { expect, test } from 'vitest';
import { parseSince, sinceMs } from '../../../src/lib/since.ts';

const NOW = Date.parse('2026-11-20T17:00:00Z');

test.each([
  { text: '30s', want: NOW - 30_000 },
  { text: '5m', want: NOW - 300_000 },
  { text: '2h', want: NOW - 7_200_000 },
  { text: '1d', want: NOW - 86_400_000 },
  { text: '2026-11-20T16:00:00Z', want: NOW - 3_600_000 },
  { text: '2026-11-20T18:00:00.5+02:00', want: NOW - 3_600_000 + 500 },
])('$text', ({ text, want }) => {
  const since = parseSince(text);
  expect(since === null ? null : sinceMs(since, NOW)).toBe(want);
});

test.each([
  '',
  '5',
  'm',
  '-5m',
  '5 m',
  '1.5h',
  '2026-11-20',
  '2026-11-20T16:00:00',
  '2026-13-40T99:00:00Z',
  'yesterday',
])('%j is no time', (text) => {
  expect(parseSince(text)).toBeNull();
});
