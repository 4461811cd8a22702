import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../src/lib/canonical-json.ts';
import { sameJson } from '../../../src/lib/same-json.ts';

const small = fc.object({
  maxDepth: 2,
  maxKeys: 3,
  key: fc.constantFrom('a', 'b', '__proto__'),
  values: [fc.constantFrom(undefined, null, '', 'x', 0, 1, true)],
});

test('two values are the same exactly when their canonical texts are', () => {
  let same = 0;
  fc.assert(
    fc.property(small, small, (left, right) => {
      const expected = canonicalJson(left) === canonicalJson(right);
      if (expected) same += 1;
      expect(sameJson(left, right)).toBe(expected);
    }),
    { numRuns: 3_000, seed: 7 },
  );
  expect(same).toBeGreaterThan(20);
});

test('a value is the same as its copy, and not as one with a change deep inside', () => {
  const value = { list: [{ a: 1 }, 'x'], map: { b: null } };
  const copy = structuredClone(value);
  expect(sameJson(value, copy)).toBe(true);
  expect(sameJson(value, { ...copy, list: [{ a: 2 }, 'x'] })).toBe(false);
  expect(sameJson(value, { ...copy, more: 1 })).toBe(false);
  expect(sameJson([1], { 0: 1 })).toBe(false);
});
