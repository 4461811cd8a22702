import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { STREAM_LIMITS, watchStream } from '../../../../src/process/node-protocol/stream-limits.ts';

describe('limits of a stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('one that nobody uses ends after five minutes', () => {
    const ends: string[] = [];
    const watch = watchStream(STREAM_LIMITS, (fault) => ends.push(`${fault.kind}: ${fault.message}`));
    vi.advanceTimersByTime(299_000);
    watch.touch();
    vi.advanceTimersByTime(299_000);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(ends).toEqual(['timeout: the stream was idle for 300 s']);
  });

  test('one that is used ends after an hour, once', () => {
    const ends: string[] = [];
    const watch = watchStream(STREAM_LIMITS, (fault) => ends.push(fault.message));
    for (let minute = 0; minute < 120; minute += 1) {
      watch.touch();
      vi.advanceTimersByTime(60_000);
    }
    expect(ends).toEqual(['the stream was open for 3600 s, the most']);
  });

  test('one that has ended is not watched any more', () => {
    const ends: string[] = [];
    watchStream(STREAM_LIMITS, (fault) => ends.push(fault.message)).stop();
    vi.advanceTimersByTime(7_200_000);
    expect(ends).toEqual([]);
  });
});
