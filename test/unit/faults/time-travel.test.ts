import { expect, test } from 'vitest';
import { createWatchFaults, type Past } from '../../faults/proxy/watch-faults.ts';

const LIST = '/apis/mcpsession.dev/v1alpha1/mcpsessions?limit=500';
const WATCH = '/apis/mcpsession.dev/v1alpha1/mcpsessions?watch=1&resourceVersion=9';

function aTraveller(past: Past) {
  const told: number[] = [];
  const faults = createWatchFaults({
    plan: { snapshot: { effect: 2, lagMs: past.lagMs }, watch: undefined },
    aliasOf: () => null,
    onFault: () => {},
    past: () => past,
    onPast: (untilMs) => void told.push(untilMs),
    count: false,
    expire: () => false,
  });
  return { faults, told };
}

test('the past lasts from the first list on, however long the program took to come back', () => {
  const past: Past = { resourceVersion: '7', lagMs: 60_000, untilMs: null };
  const { faults, told } = aTraveller(past);
  expect(faults.rewrite?.(WATCH)).toEqual({ path: WATCH, holdMs: 0 });
  expect(faults.reached).toBe(false);
  const old = { path: `${LIST}&resourceVersion=7&resourceVersionMatch=Exact`, holdMs: 0 };
  expect(faults.rewrite?.(LIST)).toEqual(old);
  expect(faults.reached).toBe(true);
  expect(told).toEqual([past.untilMs]);
  expect(faults.rewrite?.(LIST)).toEqual(old);
  expect(told).toHaveLength(1);
  expect(faults.rewrite?.(WATCH).holdMs).toBeGreaterThan(0);
});

test('when the past is over, lists and watches are those of the present', () => {
  const { faults } = aTraveller({ resourceVersion: '7', lagMs: 10, untilMs: 0 });
  expect(faults.rewrite?.(LIST)).toEqual({ path: LIST, holdMs: 0 });
  expect(faults.rewrite?.(WATCH)).toEqual({ path: WATCH, holdMs: 0 });
});
