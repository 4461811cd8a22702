import { expect, test } from 'vitest';
import type { ClockAnchor } from '../../../src/model/node-state.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createClusterClock } from '../../../src/process/cluster-clock.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-21T12:00:00.250Z');

/** True time goes on; the node's own clock is off by `skewMs`, which a test may change at any moment. */
function aNode(
  options: { readonly skewMs?: number; readonly kept?: ClockAnchor | null; readonly bootId?: string } = {},
) {
  const node = { trueMs: START_MS, sinceBootMs: 50_000, skewMs: options.skewMs ?? 0, serverSkewMs: 0 };
  const base: Clock = {
    nowMs: () => node.trueMs + node.skewMs,
    monotonicMs: () => node.sinceBootMs,
    sleep: () => Promise.resolve(),
  };
  const boot = { bootId: options.bootId ?? 'boot-1', sinceBootMs: () => node.sinceBootMs };
  const clock = createClusterClock({ base, boot, kept: options.kept ?? null, log: silentLog });
  const pass = (ms: number) => {
    node.trueMs += ms;
    node.sinceBootMs += ms;
  };
  return {
    node,
    clock,
    pass,
    /** The server writes its time, to the second, and the answer is under way for `roundTripMs`. */
    answer: (roundTripMs = 4) => {
      const dateMs = Math.floor((node.trueMs + node.serverSkewMs) / 1000) * 1000;
      pass(roundTripMs);
      clock.observe({ dateMs, roundTripMs });
    },
    errorMs: () => Math.abs(clock.nowMs() - node.trueMs),
  };
}

test.each([2 * HOUR_MS, -2 * HOUR_MS])(
  'a node whose clock is off by %i ms has the time of the API server after one answer',
  (skewMs) => {
    const { answer, errorMs } = aNode({ skewMs });
    answer();
    expect(errorMs()).toBeLessThan(1_000);
  },
);

test.each([2 * HOUR_MS, -2 * HOUR_MS])(
  "a step of the node's clock by %i ms moves nothing, with and without answers",
  (stepMs) => {
    const { node, answer, pass, errorMs } = aNode();
    answer();
    node.skewMs = stepMs;
    expect(errorMs()).toBeLessThan(1_000);
    for (let count = 0; count < 20; count += 1) {
      pass(5_000);
      answer();
      expect(errorMs()).toBeLessThan(1_000);
    }
  },
);

test("before the first answer the node's clock counts as it was at the start, and is no anchor", () => {
  const { node, clock } = aNode({ skewMs: 3_000 });
  node.skewMs = 2 * HOUR_MS;
  expect(clock.nowMs()).toBe(START_MS + 3_000);
  expect(clock.anchor()).toBeNull();
});

test('the next process of the same boot goes on with the kept time, whatever the node says', () => {
  const first = aNode();
  first.answer();
  const kept = first.clock.anchor();
  const second = aNode({ skewMs: -2 * HOUR_MS, kept });
  second.pass(4);
  expect(second.errorMs()).toBeLessThan(1_000);
  expect(second.clock.anchor()).toMatchObject({ bootId: 'boot-1', bootedAtMs: kept?.bootedAtMs });
});

test('after another boot the kept time is only a lower bound', () => {
  const kept = { bootId: 'boot-0', bootedAtMs: 1, writtenAtMs: START_MS + 60_000 };
  expect(aNode({ kept, skewMs: -2 * HOUR_MS }).clock.nowMs()).toBe(START_MS + 60_000);
  expect(aNode({ kept, skewMs: 2 * HOUR_MS }).clock.nowMs()).toBe(START_MS + 2 * HOUR_MS);
  expect(aNode({ kept }).clock.anchor()).toBeNull();
});

test('one server of three with a wrong clock does not move deadlines', () => {
  const { node, answer, pass, errorMs } = aNode();
  for (let count = 0; count < 60; count += 1) {
    node.serverSkewMs = count % 3 === 2 ? HOUR_MS : 0;
    answer();
    pass(5_000);
    expect(errorMs()).toBeLessThan(1_000);
  }
});

test('an API server whose clock was set for good is followed within half a minute', () => {
  const { node, answer, pass, clock } = aNode();
  for (let count = 0; count < 9; count += 1) {
    answer();
    pass(5_000);
  }
  node.serverSkewMs = -HOUR_MS;
  for (let count = 0; count < 5; count += 1) {
    answer();
    pass(5_000);
  }
  expect(Math.abs(clock.nowMs() - (node.trueMs - HOUR_MS))).toBeLessThan(1_000);
});

test('slow answers and bursts tell nothing', () => {
  const { node, answer, pass, errorMs } = aNode();
  answer();
  node.serverSkewMs = HOUR_MS;
  for (let count = 0; count < 20; count += 1) answer(20);
  expect(errorMs()).toBeLessThan(1_000);
  for (let count = 0; count < 20; count += 1) {
    pass(5_000);
    answer(1_500);
  }
  expect(errorMs()).toBeLessThan(1_000);
});

test('time that the machine slept through has passed', () => {
  const { node, answer, clock } = aNode();
  answer();
  const before = clock.nowMs();
  node.sinceBootMs += HOUR_MS;
  expect(clock.nowMs() - before).toBe(HOUR_MS);
});
