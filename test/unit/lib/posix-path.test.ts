import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanPath, isAtOrBelow } from '../../../src/lib/posix-path.ts';

test.each([
  ['/', '/'],
  ['', '.'],
  ['//', '/'],
  ['/..', '/'],
  ['/a//b/./c/', '/a/b/c'],
  ['/a/../../b', '/b'],
  ['a/../..', '..'],
  ['../../a/../b', '../../b'],
])('cleanPath(%j) is %j', (path, want) => {
  expect(cleanPath(path)).toBe(want);
});

test('cleaning twice changes nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[/.ab]{0,20}$/), (path) => {
      expect(cleanPath(cleanPath(path))).toBe(cleanPath(path));
    }),
  );
});

test.each([
  ['/etc', '/etc', true],
  ['/etc/x', '/etc', true],
  ['/etcetera', '/etc', false],
  ['/', '/etc', false],
  ['/x', '/', true],
])('isAtOrBelow(%j, %j) is %s', (path, root, want) => {
  expect(isAtOrBelow(path, root)).toBe(want);
});
