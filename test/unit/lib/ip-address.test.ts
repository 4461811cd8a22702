import { isIPv4, isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMapped, isMulticastOrReserved, isUnspecified, parseIpAddress } from '../../../src/lib/ip-address.ts';

test.each([
  ['127.0.0.1', [127, 0, 0, 1]],
  ['::', Array.from({ length: 16 }, () => 0)],
  ['::1', [...Array.from({ length: 15 }, () => 0), 1]],
  ['2001:db8::ff00:42', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42]],
  ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ['::ffff:1.2.3.4', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4]],
])('reads %s', (text, bytes) => {
  expect(parseIpAddress(text)?.bytes).toEqual(bytes);
});

test('agrees with the platform on what is an address', () => {
  const text = fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.stringMatching(/^[0-9a-f:.]{0,24}$/));
  fc.assert(
    fc.property(text, (candidate) => {
      const want = isIPv4(candidate) ? 4 : isIPv6(candidate) ? 6 : null;
      expect(parseIpAddress(candidate)?.version ?? null).toBe(want);
    }),
    { numRuns: 2000 },
  );
});

test('tells what an address is for', () => {
  const of = (text: string) => parseIpAddress(text) ?? { version: 4 as const, bytes: [] };
  expect([of('0.0.0.0'), of('::'), of('::1')].map(isUnspecified)).toEqual([true, true, false]);
  expect([of('::ffff:0.0.0.0'), of('::1'), of('1.2.3.4')].map(isMapped)).toEqual([true, false, false]);
  expect([of('224.0.0.1'), of('255.255.255.255'), of('ff02::1'), of('10.0.0.1')].map(isMulticastOrReserved)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
