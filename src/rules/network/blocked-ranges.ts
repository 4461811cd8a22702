// Addresses that no session may be given as a target: the node itself, its networks, clouds' metadata services, and every range
// whose meaning depends on where one stands. Source: requirements.md 9.7 and S3.T6.05-10, S3.T6.13, IANA special-purpose registries
// (RFC 6890), K-23.

import { type IpRange, overlap, parseIpRange } from './ip-ranges.ts';

interface BlockedRange {
  readonly cidr: string;
  /** What is there, as the end of a sentence: "which is ...". */
  readonly what: string;
}

const THIS_NODE = 'the node itself';
const PRIVATE = 'a private network';
const LINK = 'the link of the node, with the metadata service of clouds';
const METADATA = 'the metadata service of a cloud';
const SPECIAL = 'reserved for a special purpose';
const GROUPS = 'not the address of one machine';
const TUNNEL = 'another address in disguise';

const listed = (what: string, cidrs: readonly string[]): readonly BlockedRange[] =>
  cidrs.map((cidr) => ({ cidr, what }));

/** The narrow ones first: the first that meets is the one that a message names. */
const LISTED: readonly BlockedRange[] = [
  ...listed(METADATA, [
    '168.63.129.16/32',
    '100.100.100.200/32',
    '169.254.169.254/32',
    '169.254.169.253/32',
    'fd00:ec2::254/128',
  ]),
  ...listed(THIS_NODE, ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128']),
  ...listed(PRIVATE, ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']),
  ...listed(LINK, ['169.254.0.0/16', 'fe80::/10']),
  ...listed(GROUPS, ['224.0.0.0/4', '255.255.255.255/32', 'ff00::/8']),
  ...listed(TUNNEL, [
    '::ffff:0:0/96', // IPv4 written as IPv6
    '::ffff:0:0:0/96', // the same, translated
    '::/96', // the same, outdated
    '64:ff9b::/96', // NAT64
    '64:ff9b:1::/48',
    '2001::/32', // Teredo
    '2002::/16', // 6to4
  ]),
  ...listed(SPECIAL, [
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
    '100::/64',
    '2001::/23', // ORCHID (2001:10::/28, 2001:20::/28) and what else is assigned there
    '2001:db8::/32',
    '3fff::/20',
    '5f00::/16',
  ]),
];

const BLOCKED: readonly { readonly range: IpRange; readonly what: string }[] = LISTED.map(({ cidr, what }) => {
  const range = parseIpRange(cidr);
  if (range === null) throw new Error(`${cidr} is not a range`);
  return { range, what };
});

/** What is in the range that may not be reached, as the end of a sentence ("which is ..."); null when nothing is. */
export const blockedIn = (range: IpRange): string | null =>
  BLOCKED.find((blocked) => overlap(blocked.range, range))?.what ?? null;
