// Ranges of addresses, and whether two of them meet. Bits are compared, never text.

import { type IpAddress, parseIpAddress } from '../../lib/ip-address.ts';

export interface IpRange {
  readonly version: 4 | 6;
  /** 4 or 16 bytes; those behind the prefix are zero. */
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

export const addressRange = ({ version, bytes }: IpAddress): IpRange => ({
  version,
  bytes,
  prefixBits: bytes.length * 8,
});

/** "198.51.100.0/24", in plain notation; null for anything else. Bits behind the prefix may be set: they are of the text, not of the range. */
export function parseIpRange(text: string): IpRange | null {
  const [, address = '', prefix = ''] = /^([^/]*)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const parsed = parseIpAddress(address);
  if (parsed === null || Number(prefix) > parsed.bytes.length * 8) return null;
  return { version: parsed.version, bytes: parsed.bytes, prefixBits: Number(prefix) };
}

/** Whether at least one address is in both: the shorter prefix is that of both. */
export function overlap(left: IpRange, right: IpRange): boolean {
  return (
    left.version === right.version &&
    haveSamePrefix(left.bytes, right.bytes, Math.min(left.prefixBits, right.prefixBits))
  );
}

/** Whether the bits behind the prefix are all zero. */
export function isPlainRange({ bytes, prefixBits }: IpRange): boolean {
  return bytes.every((byte, index) => (byte & ~maskOf(prefixBits - index * 8) & 0xff) === 0);
}

function haveSamePrefix(left: readonly number[], right: readonly number[], bits: number): boolean {
  return left.every((byte, index) => ((byte ^ (right[index] ?? 0)) & maskOf(bits - index * 8)) === 0);
}

/** The mask of one byte of which the first `bits` count. */
const maskOf = (bits: number): number => (0xff00 >> Math.min(Math.max(bits, 0), 8)) & 0xff;
