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

test('compares by number, not by letter', () => {
  expect(compareVersions('1.5', '1.41')).toBeLessThan(0);
  expect(compareVersions('2.0', '1.41')).toBeGreaterThan(0);
  expect(compareVersions('1.41', '1.41')).toBe(0);
});
