import { expect, test } from 'vitest';

import { createRandom, mixSeeds } from '../../sim/kit/random.ts';
import { Scheduler } from '../../sim/kit/scheduler.ts';
import { kindOf } from '../../sim/run/shrink.ts';

test('the same seed gives the same numbers, and neighbours have nothing in common', () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 5 }, () => random.below(1_000_000));
  };
  expect(draw(mixSeeds(1, 2))).toEqual(draw(mixSeeds(1, 2)));
  expect(draw(mixSeeds(1, 2))).not.toEqual(draw(mixSeeds(1, 3)));
  expect(draw(mixSeeds(1, 2))).not.toEqual(draw(mixSeeds(2, 1)));
});

test('numbers fall everywhere below their bound', () => {
  const random = createRandom(5);
  const seen = new Set(Array.from({ length: 400 }, () => random.below(10)));
  expect(Array.from({ length: 10 }, (_, digit) => digit).filter((digit) => seen.has(digit))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
});

test('timers fire in the order of their time, then of their making, and a cancelled one does not', () => {
  const scheduler = new Scheduler();
  const fired: string[] = [];
  const after = (ms: number, name: string) => scheduler.after(ms, null, name, () => fired.push(name));
  for (const [ms, name] of [
    [30, 'd'],
    [10, 'a'],
    [20, 'b'],
    [20, 'c'],
    [40, 'e'],
    [5, 'x'],
  ] as const) {
    const timer = after(ms, name);
    if (name === 'x') timer.cancel();
  }
  expect(scheduler.nextDueMs()).toBe(10);
  while (scheduler.runTimer() !== null);
  expect(fired).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(scheduler.nowMs).toBe(40);
});

test('a dead actor hears of nothing, but what it sent arrives', () => {
  const scheduler = new Scheduler();
  const actor = { name: 'a', alive: true };
  const ran: string[] = [];
  for (const kind of ['arrive', 'reply', 'event'] as const) {
    scheduler.add({ kind, actor, what: kind, run: () => void ran.push(kind) });
  }
  scheduler.after(1, actor, 'timer', () => ran.push('timer'));
  actor.alive = false;
  scheduler.forget(actor, () => true);
  while (scheduler.ready.length > 0) scheduler.run(0);
  expect(scheduler.runTimer()).toBe(null);
  expect(ran).toEqual(['arrive']);
});

test('failures of one kind differ in numbers and names alone', () => {
  const kind = (what: string) => kindOf({ invariant: 'I1', what });
  expect(kind('mcps-00000000-0000-4000-8000-000000000001 of team-a/a')).toBe(
    kind('mcps-00000000-0000-4000-8000-000000000002 of team-a/b'),
  );
  expect(kind('a is lost')).not.toBe(kind('a is found'));
});
