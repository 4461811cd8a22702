// The bench's verdicts: what counts as met, missed, void and report.

import { describe, expect, test } from 'vitest';

import { GOALS } from '../../bench/kit/goals.ts';
import { judge, reachesAim } from '../../bench/kit/judge.ts';
import { blocksOf, median, middleRatio, percentile } from '../../bench/kit/statistics.ts';

const measured = (value: number, aa: number | null = 1.01, n = 60) => ({ value, aa, n });

describe('a verdict', () => {
  test.each([
    { name: 'is met at the limit', goal: GOALS.start, given: measured(1.2), ok: true, note: '' },
    { name: 'is missed above it', goal: GOALS.start, given: measured(1.21), ok: false, note: '' },
    {
      name: 'is missed below it where more is better',
      goal: GOALS.teardown,
      given: measured(0.84),
      ok: false,
      note: '',
    },
    {
      name: 'is void when noise exceeds half the margin',
      goal: GOALS.start,
      given: measured(1.15, 1.11),
      ok: null,
      note: 'void: A/A too wide',
    },
    {
      name: 'is void for noise in the other direction',
      goal: GOALS.start,
      given: measured(1.15, 1 / 1.11),
      ok: null,
      note: 'void: A/A too wide',
    },
    {
      name: 'stands against more noise when the goal is met by far',
      goal: GOALS.startOverCli,
      given: measured(0.85, 1.08),
      ok: true,
      note: '',
    },
    {
      name: 'never fails in such noise',
      goal: GOALS.startOverCli,
      given: measured(1.6, 1.08),
      ok: null,
      note: 'void: A/A too wide',
    },
    {
      name: 'needs sixty pairs',
      goal: GOALS.start,
      given: measured(2, 1, 59),
      ok: null,
      note: 'report: 59 pairs, a verdict needs 60',
    },
    {
      name: 'on a count needs neither pairs nor an A/A row',
      goal: GOALS.coldWrites,
      given: measured(5, null, 1),
      ok: false,
      note: '',
    },
    { name: 'is not given on a report', goal: GOALS.eventWrites, given: measured(100, null), ok: null, note: 'report' },
  ])('$name', ({ goal, given, ok, note }) => {
    expect(judge(goal, given)).toMatchObject({ ok, note });
  });

  test('reaches its aim only when it was given', () => {
    const reached = (value: number, aa: number) => reachesAim(GOALS.start, judge(GOALS.start, measured(value, aa)));
    expect([reached(1.05, 1), reached(1.15, 1), reached(1.15, 1.5)]).toEqual([true, false, null]);
  });
});

describe('statistics', () => {
  test('interpolate between neighbours', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), percentile([0, 10], 0.99)]).toEqual([2, 2.5, 9.9]);
  });

  test('refuse to speak about nothing', () => {
    expect(() => median([])).toThrow('no values');
  });

  test('cut three blocks in the order of time', () => {
    expect(blocksOf([1, 2, 3, 4, 5, 6, 7])).toEqual([
      [1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
  });

  test('judge by the middle one of three ratios, so that one disturbed block does not decide', () => {
    expect(middleRatio([10, 10, 900, 900, 12, 12], [10, 10, 10, 10, 10, 10], median)).toBe(1.2);
  });
});
