// Every form of key is found in a value that holds nothing else: the quick look for marks must not hide any.

import { expect, test } from 'vitest';
import { holdsKnownToken } from '../../../../src/rules/secret/known-token.ts';

const letters = (count: number): string => 'a1B2c3D4e5'.repeat(10).slice(0, count);
const capitals = (count: number): string => 'A1B2C3D4E5'.repeat(10).slice(0, count);

/** In two parts, so that no scanner takes this file for one that holds keys. */
test.each([
  ['ghp', `_${letters(36)}`],
  ['github', `_pat_${letters(22)}_${letters(59)}`],
  ['glpat', `-${letters(20)}`],
  ['xoxb', `-${letters(20)}`],
  ['AKIA', capitals(16)],
  ['AIza', letters(35)],
  ['sk', `-${letters(24)}`],
  ['sk', `_live_${letters(24)}`],
  ['rk', `_live_${letters(24)}`],
  ['npm', `_${letters(36)}`],
  ['pypi', `-${letters(60)}`],
  ['eyJ', `${letters(10)}.eyJ${letters(10)}.${letters(10)}`],
  ['-----BEGIN', ' RSA PRIVATE KEY-----'],
  ['https://user:', 'word@host.example/'],
])('S0.L3.01: %s', (start, rest) => {
  expect(holdsKnownToken(`${start}${rest}`)).toBe(true);
  expect(holdsKnownToken(start)).toBe(false);
});
