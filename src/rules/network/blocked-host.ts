// Whether a host may not be the target of a session: the rule against server-side request forgery. Names are judged by what they
// say; what they resolve to is judged by who connects (K-20). Source: requirements.md 9.7 and S3.T6.04, S3.T6.14, K-23.

import { assertNever } from '../../lib/assert-never.ts';
import { parseIpAddress } from '../../lib/ip-address.ts';
import { blockedIn } from './blocked-ranges.ts';
import { parseHostText } from './host-text.ts';
import { addressRange } from './ip-ranges.ts';

/** With everything below. A name without a dot is what the search list of the node makes of it, so none of those is free. */
const BLOCKED_DOMAINS = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'svc',
  'home.arpa',
  'in-addr.arpa',
  'ip6.arpa',
  'kubernetes.default',
] as const;

/** Why the host may not be reached, as the end of a sentence that begins with it; null when it may. Takes "host" and "host:port". */
export function blockedHostProblem(text: string): string | null {
  const host = parseHostText(text);
  if (host === null) return 'is not a host';
  switch (host.kind) {
    case 'ipv6': {
      const address = parseIpAddress(host.address);
      const what = address === null ? null : blockedIn(addressRange(address));
      return what === null ? null : `is ${what}`;
    }
    case 'ipv4': {
      const found = host.readings.map(blockedFour).find((what) => what !== null) ?? null;
      return found === null ? null : `is ${found}`;
    }
    case 'name':
      return nameProblem(host);
    default:
      return assertNever(host);
  }
}

/** True for what may not be reached and, since it could be anything, for what is no host at all. */
export const isBlockedHost = (text: string): boolean => blockedHostProblem(text) !== null;

function blockedFour(address: number): string | null {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return blockedIn({ version: 4, bytes, prefixBits: 32 });
}

function nameProblem({ name, wildcard }: { readonly name: string; readonly wildcard: boolean }): string | null {
  const domain = BLOCKED_DOMAINS.find((blocked) => name === blocked || name.endsWith(`.${blocked}`));
  if (domain !== undefined) return `is a name of the node or its cluster (${domain})`;
  if (name.includes('.')) return null;
  return wildcard
    ? 'stands for every name of a top-level domain'
    : 'is a name without a domain, which each network reads in its own way';
}
