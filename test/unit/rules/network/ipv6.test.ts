import { describe, expect, test } from 'vitest';
import { extractIPv6, isBlockedIPv6, isIPv6Format } from '../../../../src/rules/network/ipv6.ts';

describe('isIPv6Format (S3.T6.01)', () => {
  test.each([
    '::',
    '::1',
    '1::',
    'fe80::1',
    '2001:DB8:0:0:0:0:0:1',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
  ])('takes %s', (text) => {
    expect(isIPv6Format(text)).toBe(true);
  });
  test.each([
    ...['', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'example.com:443', 'a:b', '12345::', '::g'],
    ...['[::1]', '::1%eth0', '::1/128', ' ::1', '::1.2.3', '::1.2.3.256', '::ffff:01.2.3.4', '1.2.3.4'],
  ])('does not take %j', (text) => {
    expect(isIPv6Format(text)).toBe(false);
  });
});

test.each([
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['[::1]:8080', '::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:80', 'fe80::1'],
  ['::1:8080', '::1:8080'],
  ['2606:4700::1111:443', '2606:4700::1111:443'],
  ['a:b:c:8080', null],
  ['example.com:443', null],
  ['[example.com]:443', null],
  ['[::1', null],
  ['[::1]x', null],
  ['', null],
])('S3.T6.02: extractIPv6(%j) is %j', (text, want) => {
  expect(extractIPv6(text)).toBe(want);
});

/** Each range with its first and last address, and where they are not blocked too, its neighbours. */
const RANGES: readonly {
  readonly row: string;
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}[] = [
  { row: 'S3.T6.05', inside: ['::1', '::'], outside: [] },
  {
    row: 'S3.T6.06 fc00::/7',
    inside: ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    outside: ['fbff:ffff::', 'fe00::'],
  },
  { row: 'S3.T6.06 fd00::/8', inside: ['fd00::', 'fd00::1'], outside: [] },
  { row: 'S3.T6.06 fe80::/10', inside: ['fe80::', 'febf:ffff::ffff'], outside: ['fe7f:ffff::'] },
  { row: 'S3.T6.06 fec0::/10', inside: ['fec0::', 'feff:ffff::ffff'], outside: [] },
  { row: 'S3.T6.07 ff00::/8', inside: ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], outside: [] },
  {
    row: 'S3.T6.07 mapped, K-23',
    inside: ['::ffff:0.0.0.0', '::ffff:8.8.8.8', '::ffff:255.255.255.255'],
    outside: ['::1:ffff:0:0:0'],
  },
  { row: 'S3.T6.08 Teredo', inside: ['2001::', '2001:0:ffff:ffff::'], outside: [] },
  { row: 'S3.T6.08 6to4', inside: ['2002::', '2002:ffff:ffff::'], outside: ['2003::'] },
  {
    row: 'S3.T6.08 NAT64',
    inside: ['64:ff9b::', '64:ff9b::ffff:ffff', '64:ff9b:1::'],
    outside: ['64:ff9a::', '64:ff9b:2::'],
  },
  {
    row: 'S3.T6.09',
    inside: ['2001:db8::', '2001:db8:ffff::', '3fff::', '3fff:fff::'],
    outside: ['2001:db7::', '2001:db9::', '4000::'],
  },
  {
    row: 'S3.T6.09 others',
    inside: ['100::', '5f00::', '2001:10::', '2001:20::', '2001:1ff::'],
    outside: ['101::', '5f01::', '2001:200::'],
  },
  { row: 'S3.T6.10', inside: ['fd00:ec2::254'], outside: [] },
];

describe('isBlockedIPv6 (S3.T6.03)', () => {
  test.each(RANGES)('$row: from its first address to its last, and no neighbour', ({ inside, outside }) => {
    expect(inside.filter((address) => !isBlockedIPv6(address))).toEqual([]);
    expect(outside.filter(isBlockedIPv6)).toEqual([]);
  });

  test.each(['', 'x', '[::1]:8080', 'fe80::1%eth0', '1.2.3.4'])('refuses %j too', (text) => {
    expect(isBlockedIPv6(text)).toBe(true);
  });
});
