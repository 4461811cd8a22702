import { expect, test } from 'vitest';

import { chooseApiVersion, compareVersions } from '../../../src/docker/api-version.ts';

const engine = (ApiVersion: string, MinAPIVersion: string, Version = '1') => ({ Version, ApiVersion, MinAPIVersion });

test.each([
  { name: 'the oldest that will do', engine: engine('1.41', '1.12'), want: '1.41' },
  { name: 'the newest of an engine that we know', engine: engine('1.51', '1.24'), want: '1.51' },
  { name: 'an engine that has dropped old versions', engine: engine('1.52', '1.44'), want: '1.52' },
  { name: 'our newest where the engine is ahead', engine: engine('1.99', '1.44'), want: '1.55' },
  { name: 'an engine that names no minimum', engine: engine('1.45', ''), want: '1.45' },
])('speaks $want to $name', ({ engine: given, want }) => {
  expect(chooseApiVersion(given)).toBe(want);
});

test('refuses an engine that is too old, and says which would do', () => {
  expect(() => chooseApiVersion(engine('1.40', '1.12', '19.03.15'))).toThrow(
    'Docker Engine 19.03.15 speaks API up to 1.40; 1.41 or newer is needed: upgrade the engine to 20.10 or newer',
  );
});

test('refuses an engine that has left us behind', () => {
  expect(() => chooseApiVersion(engine('1.90', '1.60', '40.0'))).toThrow(
    '1.55 or older is needed: upgrade this operator',
  );
});

const modern = engine('1.51', '1.44', '28.1');

test.each(['1.44', '1.47', '1.51'] as const)('speaks %s where that is asked for and the engine speaks it', (asked) => {
  expect(chooseApiVersion(modern, asked)).toBe(asked);
});

test.each(['1.43', '1.52'] as const)(
  'refuses %s of an engine that does not speak it, and says what to set',
  (asked) => {
    expect(() => chooseApiVersion(modern, asked)).toThrow(
      `Docker Engine 28.1 speaks API 1.44 to 1.51, and docker.apiVersion asks for ${asked}: set it to "auto", or to a version that the engine speaks`,
    );
  },
);

test('the version that is asked for does not make an engine new enough', () => {
  expect(() => chooseApiVersion(engine('1.40', '1.12', '19.03'), '1.41')).toThrow('upgrade the engine to 20.10');
});

test('compares by number, not by letter', () => {
  expect(compareVersions('1.5', '1.41')).toBeLessThan(0);
  expect(compareVersions('2.0', '1.41')).toBeGreaterThan(0);
  expect(compareVersions('1.41', '1.41')).toBe(0);
});
