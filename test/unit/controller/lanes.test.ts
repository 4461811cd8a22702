import { expect, test } from 'vitest';
import { createLanes } from '../../../src/controller/lanes.ts';

function setUp() {
  const called: string[] = [];
  return { called, lanes: createLanes({ limits: { start: 2, stop: 3, end: 1 }, onTurn: (key) => called.push(key) }) };
}

test('a full lane takes keys in the order in which they came, each once, however often it asks', () => {
  const { called, lanes } = setUp();
  expect(['a', 'b', 'c', 'd', 'c'].map((key) => lanes.enter(key, 'start'))).toEqual([true, true, false, false, false]);
  lanes.leave('b');
  lanes.leave('a');
  expect(called).toEqual(['c', 'd']);
  expect(lanes.enter('c', 'start')).toBe(true);
  expect(lanes.counts().start).toEqual({ busy: 2, waiting: 0 });
});

test('a full lane keeps nobody out of the other one', () => {
  const { lanes } = setUp();
  for (const key of ['a', 'b', 'c']) lanes.enter(key, 'start');
  expect(lanes.enter('x', 'end')).toBe(true);
});

test('programs that take their time to end keep no removal waiting', () => {
  const { lanes } = setUp();
  for (const key of ['a', 'b', 'c', 'd']) lanes.enter(key, 'stop');
  expect(lanes.counts().stop).toEqual({ busy: 3, waiting: 1 });
  expect(lanes.enter('x', 'end')).toBe(true);
});

test('a key that changes lanes gives up its place and its place in line', () => {
  const { called, lanes } = setUp();
  for (const key of ['a', 'b', 'c']) lanes.enter(key, 'start');
  expect(lanes.enter('a', 'end')).toBe(true);
  expect(called).toEqual(['c']);
  expect(lanes.enter('d', 'start')).toBe(false);
  expect(lanes.enter('d', 'end')).toBe(false);
  lanes.leave('b');
  expect(called).toEqual(['c']);
});

test('whoever leaves the line is not called', () => {
  const { called, lanes } = setUp();
  for (const key of ['a', 'b', 'c', 'd']) lanes.enter(key, 'start');
  lanes.leave('c');
  lanes.leave('a');
  expect(called).toEqual(['d']);
});
