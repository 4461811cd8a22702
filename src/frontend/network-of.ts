// The network of an address, as far as one party can be expected to own it: /24 of IPv4, /64 of IPv6.

import { isIPv4, isIPv6 } from 'node:net';

/** "198.51.100" or "2001:db8:0:1"; "unknown" for anything else. IPv4 in IPv6 counts as IPv4. */
export function networkOf(address: string): string {
  const plain = /^::ffff:([0-9.]+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(plain)) return plain.split('.').slice(0, 3).join('.');
  if (!isIPv6(plain)) return 'unknown';
  const [front = '', back = ''] = plain.split('%', 1)[0]?.split('::') ?? [];
  const head = front === '' ? [] : front.split(':');
  const tail = back === '' ? [] : back.split(':');
  const zeros = plain.includes('::')
    ? Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
    : [];
  const groups = [...head, ...zeros, ...tail].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
