import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createExecBudget } from '../../../src/frontend/exec-budget.ts';
import { DEFAULT_FRONTEND_LIMITS } from '../../../src/frontend/limits.ts';
import { networkOf } from '../../../src/frontend/network-of.ts';
import { TokenBuckets } from '../../../src/frontend/token-buckets.ts';
import { ALICE, BOB, fakeClock } from '../../support/frontend-fakes.ts';

/** Bytes that are still referred to. The collector can be called without a flag on the command line of the tests. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)(); // what the flag makes
  return process.memoryUsage().heapUsed;
}

const buckets = (maxKeys = 3) => new TokenBuckets({ perMinute: 60, burst: 2, maxKeys });

describe('token buckets', () => {
  test('allow a burst, then the rate', () => {
    const limiter = buckets();
    expect([0, 0, 0, 999, 1000, 1001].map((nowMs) => limiter.take('a', nowMs).ok)).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(limiter.take('a', 1001)).toEqual({ ok: false, error: 1 });
  });

  test('are apart by key', () => {
    const limiter = buckets();
    limiter.take('a', 0);
    limiter.take('a', 0);
    expect(limiter.take('b', 0).ok).toBe(true);
  });

  test('S0.H5.05, S1.RATE.04: refuse a newcomer while all are active, instead of lifting a limit', () => {
    const limiter = buckets(2);
    for (const key of ['a', 'a', 'b', 'b']) limiter.take(key, 0);
    expect(limiter.take('c', 0)).toEqual({ ok: false, error: 1 });
    expect(limiter.take('a', 0).ok).toBe(false);
  });

  test('S0.H5.03, S0.H5.06: forget the idle one for a newcomer', () => {
    const limiter = buckets(2);
    limiter.take('a', 0);
    limiter.take('b', 1500);
    expect(limiter.take('c', 2000).ok).toBe(true);
    expect(limiter.size).toBe(2);
    expect(limiter.take('d', 2000).ok).toBe(false);
  });

  test('peek takes nothing and remembers nothing', () => {
    const limiter = buckets();
    for (let count = 0; count < 10; count += 1) expect(limiter.peek('a', 0).ok).toBe(true);
    expect(limiter.size).toBe(0);
  });

  test('S0.H5.01, S0.H5.07: never hold more keys than the bound, and never let a key exceed its rate', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      waitMs: fc.integer({ min: 0, max: 1500 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const limiter = buckets(3);
        const taken = new Map<string, number>();
        let nowMs = 0;
        for (const { key, waitMs } of steps) {
          nowMs += waitMs;
          if (limiter.take(key, nowMs).ok) taken.set(key, (taken.get(key) ?? 0) + 1);
          expect(limiter.size).toBeLessThanOrEqual(3);
        }
        for (const count of taken.values()) expect(count).toBeLessThanOrEqual(2 + Math.floor(nowMs / 1000));
      }),
    );
  });
});

describe('a million names at once', () => {
  test('S0.H5.04, S0.H5.08, S2.V6.01: leave at most 10000 of them and less than 32 MiB behind', () => {
    const { trackedCallers } = DEFAULT_FRONTEND_LIMITS;
    expect(trackedCallers).toBe(10_000);
    const limiter = buckets(trackedCallers);
    const before = heapInUse();
    for (let count = 0; count < 1_000_000; count += 1) limiter.take(`forged-name-${count}`, 0);
    expect(limiter.size).toBeLessThanOrEqual(trackedCallers);
    expect(heapInUse() - before).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('exec budget', () => {
  const limits = { execsPerMinute: 2, allExecsPerMinute: 3, concurrentExecs: 2, trackedCallers: 10 };

  test('S0.L5.01, S2.V7.01: bounds each caller, all callers, and what runs at a time', () => {
    const budget = createExecBudget(limits, fakeClock());
    const first = budget.take(ALICE);
    const second = budget.take(ALICE);
    expect([first.ok, second.ok]).toEqual([true, true]);
    expect(budget.take(BOB)).toEqual({ ok: false, error: 1 });
    if (first.ok) first.value();
    if (first.ok) first.value();
    expect(budget.take(ALICE)).toEqual({ ok: false, error: 30 });
    expect(budget.take(BOB).ok).toBe(true);
    expect(budget.take(BOB).ok).toBe(false);
  });
});

describe('network of an address', () => {
  test.each([
    ['198.51.100.7', '198.51.100'],
    ['::ffff:198.51.100.7', '198.51.100'],
    ['2001:db8:0:1:2::3', '2001:db8:0:1'],
    ['2001:0DB8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', 'unknown'],
  ])('%s', (address, want) => {
    expect(networkOf(address)).toBe(want);
  });
});
