import { expect, test } from 'vitest';
import { rememberByIdentity, rememberLast, rememberPerHolder } from '../../../src/lib/remember.ts';

function counted() {
  const asked: object[] = [];
  const make = (given: object): number => asked.push(given);
  return { asked, make };
}

test('a function that remembers by identity is asked once for each argument', () => {
  const { asked, make } = counted();
  const remembered = rememberByIdentity(make);
  const [a, b] = [{}, {}];
  expect([a, b, a, b, {}].map(remembered)).toEqual([1, 2, 1, 2, 3]);
  expect(asked).toHaveLength(3);
});

test('a function that remembers the last one is asked again when another came in between', () => {
  const { make } = counted();
  const remembered = rememberLast(make);
  const [a, b] = [{}, {}];
  expect([a, a, b, b, a].map(remembered)).toEqual([1, 1, 2, 2, 3]);
});

test('a function that remembers per holder is asked again when anything that it was given changed', () => {
  const { asked, make } = counted();
  const remembered = rememberPerHolder((holder: object, _given: { readonly x: number; readonly y?: object }) =>
    make(holder),
  );
  const [a, b] = [{}, {}];
  const y = {};
  expect(remembered(a, { x: 1 })).toBe(1);
  expect(remembered(b, { x: 1 })).toBe(2);
  expect(remembered(a, { x: 1 })).toBe(1);
  expect(remembered(a, { x: 2 })).toBe(3);
  expect(remembered(a, { x: 2, y })).toBe(4);
  expect(remembered(a, { x: 2, y })).toBe(4);
  expect(remembered(a, { x: 2, y: {} })).toBe(5);
  expect(remembered(a, { x: 2 })).toBe(6);
  expect(asked).toHaveLength(6);
});
