import { expect, test } from 'vitest';
import { rememberByIdentity, rememberLast } from '../../../src/lib/remember.ts';

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
