// "host", "host:port", "[v6]:port": taken apart without guessing. What cannot be taken apart in one way is null, and every
// caller takes null for a refusal.

import { parseIpAddress } from '../../lib/ip-address.ts';
import { isNumericHost, ipv4Readings } from './ipv4-readings.ts';

export type HostText =
  | { readonly kind: 'ipv6'; readonly address: string; readonly port: number | null }
  /** Each as a 32-bit number. */
  | {
      readonly kind: 'ipv4';
      readonly readings: readonly number[];
      readonly plain: boolean;
      readonly port: number | null;
    }
  /** ASCII, in lower case, without the dot at the end; "*." may stand before it. */
  | { readonly kind: 'name'; readonly name: string; readonly wildcard: boolean; readonly port: number | null };

const MAX_LENGTH = 512;
const MAX_NAME_LENGTH = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Whatever separates the parts of a URL, blanks, and what a resolver or a shell could take for something else. */
const FOREIGN = /[\s\p{Cc}/\\?#@%<>^|`"'$&;,(){}!+=~[\]:]/u;

/** null for what is no host with an optional port: URLs, credentials, paths, blanks, zones, and IPv6 that is not well formed. */
export function parseHostText(text: string): HostText | null {
  if (text.length > MAX_LENGTH) return null;
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  if (bracketed !== null) return sixText(bracketed[1] ?? '', bracketed[2]);
  // Two colons or more: an address without brackets, which has no port. Never taken apart at its last colon.
  if (text.split(':').length > 2) return sixText(text, undefined);
  const colon = text.indexOf(':');
  const port = colon === -1 ? null : portOf(text.slice(colon + 1));
  if (colon !== -1 && port === null) return null;
  return nameOrFour(colon === -1 ? text : text.slice(0, colon), port);
}

function sixText(address: string, portText: string | undefined): HostText | null {
  if (parseIpAddress(address)?.version !== 6) return null;
  const port = portText === undefined ? null : portOf(portText);
  return portText !== undefined && port === null ? null : { kind: 'ipv6', address, port };
}

function nameOrFour(text: string, port: number | null): HostText | null {
  const wildcard = text.startsWith('*.');
  const ascii = toAscii(wildcard ? text.slice(2) : text);
  if (ascii === null) return null;
  if (isNumericHost(ascii)) {
    const readings = ipv4Readings(ascii);
    const plain = parseIpAddress(text)?.version === 4;
    return readings.length === 0 || wildcard ? null : { kind: 'ipv4', readings, plain, port };
  }
  const isName = ascii.length <= MAX_NAME_LENGTH && ascii.split('.').every((label) => LABEL.test(label));
  return isName ? { kind: 'name', name: ascii, wildcard, port } : null;
}

/** As a resolver gets it: IDN in its ASCII form, full-width digits and dots plain, lower case, no dot at the end. */
function toAscii(text: string): string | null {
  if (text === '' || FOREIGN.test(text)) return null;
  const ascii = /^\p{ASCII}*$/u.test(text) ? text.toLowerCase() : internationalName(text);
  return ascii === null ? null : ascii.replace(/\.$/, '');
}

/** By the parser of URLs, which maps names as IDNA says (UTS 46); null for a name that it does not take. */
const internationalName = (text: string): string | null => URL.parse(`ws://${text}/`)?.hostname ?? null;

const portOf = (text: string): number | null => {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
};
