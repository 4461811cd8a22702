// IPv6 literals as people write them into lists of targets. Source: requirements.md S3.T6.01-03.

import { parseIpAddress } from '../../lib/ip-address.ts';
import { blockedIn } from './blocked-ranges.ts';
import { addressRange } from './ip-ranges.ts';

/** Whether the text is one IPv6 address: no brackets, port, zone or prefix length. A colon alone proves nothing. */
export const isIPv6Format = (text: string): boolean => parseIpAddress(text)?.version === 6;

/**
 * The address without brackets, zone and, behind brackets, port: "[fe80::1%eth0]:80" is "fe80::1". Without brackets nothing is taken
 * for a port, since "::1:8080" is an address by itself. null where no address is left.
 */
export function extractIPv6(text: string): string | null {
  const inBrackets = /^\[([^\]]*)\](?::[0-9]{1,5})?$/.exec(text)?.[1] ?? text;
  const address = inBrackets.replace(/%.*$/s, '');
  return isIPv6Format(address) ? address : null;
}

/** Whether the address may not be reached; what is no address may not either. Takes what extractIPv6 takes. */
export function isBlockedIPv6(text: string): boolean {
  const address = parseIpAddress(extractIPv6(text) ?? '');
  return address === null || blockedIn(addressRange(address)) !== null;
}
