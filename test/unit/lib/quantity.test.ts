import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCpuNano, parseQuantityBytes, parseQuantityNano } from '../../../src/lib/quantity.ts';

describe('parseQuantityBytes', () => {
  test.each([
    ['0', 0],
    ['1', 1],
    ['512Mi', 536_870_912],
    ['2Gi', 2_147_483_648],
    ['1.5Ki', 1536],
    ['1k', 1000],
    ['1.5G', 1_500_000_000],
    ['1e3', 1000],
    ['1E3', 1000],
    ['2e-1', 1],
    ['1E', null],
    ['4Pi', 4_503_599_627_370_496],
    ['1m', 1],
    ['0.1', 1],
    ['1000m', 1],
    ['1001m', 2],
    ['+5', 5],
    ['5.', 5],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', null],
  ])('reads %s as %s, rounded up', (text, want) => {
    expect(parseQuantityBytes(text)).toBe(want);
  });

  test.each([
    '',
    ' ',
    '-1',
    '1K',
    '1KB',
    'Mi',
    '.',
    '1 Mi',
    '1Mi ',
    '0x10',
    '1e',
    '1e999',
    'NaN',
    'Infinity',
    '1_000',
    '١',
    '1'.repeat(65),
  ])('reads %j as nonsense', (text) => {
    expect(parseQuantityBytes(text)).toBeNull();
  });
});

describe('parseCpuNano', () => {
  test.each([
    ['1', 1_000_000_000],
    ['500m', 500_000_000],
    ['0.5', 500_000_000],
    ['1n', 1],
    ['1u', 1000],
    ['0.0000000001', 1],
    ['0', 0],
  ])('reads %s as %s', (text, want) => {
    expect(parseCpuNano(text)).toBe(want);
  });
});

test('whole numbers are exact however large, and a suffix is a factor', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (value) => {
      expect(parseQuantityNano(`${value}`)).toBe(value * 1_000_000_000n);
      expect(parseQuantityNano(`${value}Ki`)).toBe(value * 1024n * 1_000_000_000n);
      expect(parseQuantityNano(`${value}n`)).toBe(value);
    }),
  );
});

test('decimals round up to the next nano, never down', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.stringMatching(/^[0-9]{1,15}$/), (whole, fraction) => {
      const scale = 10n ** BigInt(fraction.length);
      const exact = BigInt(`${whole}${fraction}`) * 1_000_000_000n;
      const parsed = parseQuantityNano(`${whole}.${fraction}`) ?? -1n;
      expect(parsed * scale >= exact && (parsed - 1n) * scale < exact).toBe(true);
    }),
  );
});
