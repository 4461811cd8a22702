import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { systemClock } from '../../../src/process/system-clock.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

test('sleeps longer than one timer can', async () => {
  let isAwake = false;
  const thirtyDaysMs = 30 * 86_400_000;
  void systemClock.sleep(thirtyDaysMs, new AbortController().signal).then(() => {
    isAwake = true;
  });
  await vi.advanceTimersByTimeAsync(thirtyDaysMs - 1);
  expect(isAwake).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isAwake).toBe(true);
});

test('an abort wakes a sleeper with its reason and leaves no timer', async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(1000, stop.signal);
  stop.abort(new Error('enough'));
  await expect(slept).rejects.toThrow('enough');
  expect(vi.getTimerCount()).toBe(0);
});
