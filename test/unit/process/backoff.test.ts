import { expect, test } from 'vitest';

import { backoffMs } from '../../../src/process/backoff.ts';

const limits = { baseMs: 5, capMs: 60_000 };

test.each([
  { name: 'starts at the base', failures: 1, want: 5 },
  { name: 'doubles with each failure', failures: 4, want: 40 },
  { name: 'stops at the cap', failures: 30, want: 60_000 },
  { name: 'does not overflow', failures: 10_000, want: 60_000 },
])('$name', ({ failures, want }) => {
  expect(backoffMs(failures, limits, () => 1)).toBe(want);
  expect(backoffMs(failures, limits, () => 0)).toBe(Math.max(limits.baseMs, want / 2));
});
