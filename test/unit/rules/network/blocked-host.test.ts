import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockedHostProblem, isBlockedHost } from '../../../../src/rules/network/blocked-host.ts';

/** requirements.md 9.7, S3.T6.11-12 and what projects let through (7.4). */
const IPV4 = [
  ...['127.0.0.2', '127.255.255.255', '10.255.255.255', '172.31.255.255', '192.168.0.1', '169.254.0.1', '0.0.0.0'],
  ...[
    '0.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.51.100.1',
  ],
  ...[
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '169.254.169.254',
    '169.254.169.253',
  ],
];
const IPV4_IN_OTHER_NOTATION = [
  ...['2130706433', '3232235520', '2886729728', '167772160', '2852039166', '0177.0.0.1', '0177.0000.0000.0001'],
  ...['012.0.0.1', '0300.0250.0.1', '0251.0376.0251.0376', '0x7f.0.0.1', '0x7f000001', '0xa9fea9fe', '0xa000000'],
  ...['127.1', '10.1', '192.168.1', '0x7F.1', '0', '0x', '127.0.0.1.', '010.8.8.8', '8.8.8.8.0x7f.1'],
];
const IPV6 = [
  ...['::1', '0000:0000:0000:0000:0000:0000:0000:0001', '0:0:0:0:0:0:0:1', '::', 'fe80::1', 'fd00::1', 'fd00:ec2::254'],
  ...[
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '2001:0::',
    '2001::1',
  ],
  ...[
    '2001:0000:4136:e378:8000:63bf:3fff:fdd2',
    '2002::',
    '2002:7f00:1::',
    '64:ff9b::',
    '0064:ff9b::7f00:1',
    '64:ff9b:1::1',
  ],
  ...['ff02::1', 'fec0::1', '2001:db8::1', '3fff::1', '5f00::1', '100::1', '2001:10::1', '2001:20::1'],
  ...['[::1]:8080', '[::ffff:127.0.0.1]:8080', '[::ffff:7f00:1]', '::1:8080', '::ffff:127.0.0.1:8080', 'fe80::1%eth0'],
  ...['::ffff:2130706433', '::ffff:0177.0.0.1', '[fe80::1%25eth0]', '[::ffff:169.254.169.254]', '::ffff:8.8.8.8'],
];
const WITH_PORT = ['127.0.0.1:80', '10.0.0.1:443', '169.254.169.254:80', 'localhost:80', 'metadata.google.internal:80'];
const NAMES = [
  ...['localhost', 'LOCALHOST', 'localhost.', 'foo.localhost', 'printer.local', 'metadata', 'metadata.google.internal'],
  ...['instance-data.ec2.internal', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'api.team-a.svc'],
  ...[
    'a.b.svc.cluster.local',
    'x.cluster.local.',
    'host.docker.internal',
    '*.internal',
    '*.svc',
    'router.home.arpa',
    '*.com',
  ],
];
const LOOK_ALIKES = [
  ...['\uff11\uff12\uff17.0.0.1', '127\u30020\u30020\u30021', '\u24db\u24de\u24d2alhost', 'lo\u00adcalhost'],
  ...[
    '\u2460\u2461\u2466.\u24ea.\u24ea.\u2460',
    'LOCALHO\u017fT',
    '\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54',
  ],
];
const NO_HOST = [
  ...['', ' ', '.', '..', '*', 'a..b', '-a.example', '999.999.999.999', '256.1.1.1', '1.2.3.4.5', 'example.com:0'],
  ...[
    'example.com:65536',
    'example.com:',
    'example.com:x',
    'a:b:c:8080',
    '[::1',
    '::1]',
    '[]',
    '[1.1.1.1]',
    'a b.example',
  ],
  ...['http://user:pass@169.254.169.254/', 'http://[::ffff:127.0.0.1]/', 'http://example.com', 'user@example.com'],
  ...[
    'example.com/x',
    'example.com\\@127.0.0.1',
    'example.com#@127.0.0.1',
    'example.com?x',
    'exa\0mple.com',
    'example.com\n',
  ],
  ...['%31%32%37.0.0.1', '127.0.0.1%00.example.com', 'a.*.example', 'foo*.example.com', `${'a'.repeat(64)}.example`],
  ...[`${'a.'.repeat(127)}example`, 'x'.repeat(5000), '\ud800.example', 'a\u202e.example', '1.1.1.1,8.8.8.8'],
];

describe('a host that no session may reach (S3.T6.04, S3.IMP.04)', () => {
  test.each(IPV4)('S3.T6.13: %s', (host) => {
    expect(isBlockedHost(host)).toBe(true);
  });
  test.each(IPV4_IN_OTHER_NOTATION)('S3.T6.14: %s', (host) => {
    expect(isBlockedHost(host)).toBe(true);
  });
  test.each(IPV6)('S3.T6.11, S3.T6.12: %s', (host) => {
    expect(isBlockedHost(host)).toBe(true);
  });
  test.each(WITH_PORT)('requirements.md 7.4: %s', (host) => {
    expect(isBlockedHost(host)).toBe(true);
  });
  test.each(NAMES)('requirements.md 9.7: the name %s', (host) => {
    expect(isBlockedHost(host)).toBe(true);
  });
  test.each(LOOK_ALIKES)('requirements.md 9.7: %j, which resolvers take for such a name', (host) => {
    expect(isBlockedHost(host)).toBe(true);
  });
  test.each(NO_HOST)('S3.T3.08: %j, which is no host, is not let through', (host) => {
    expect(isBlockedHost(host)).toBe(true);
  });
});

test.each([
  ...['8.8.8.8', '1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '192.167.1.1', '192.169.1.1', '8.8.8.8:53'],
  ...['example.com:443', 'google.com', 'api.github.com', 'ffmpeg.org:443', 'fdic.gov:443', 'febreze.com:443'],
  ...[
    'fc-example.com:443',
    '2606:4700::1111',
    '[2606:4700::1111]:443',
    '[2606:4700::1111]',
    'EXAMPLE.com.',
    'pypi.org',
  ],
  ...['b\u00fccher.example', 'xn--bcher-kva.example', '*.example.com', 'localhost.example.com', 'internal.example.com'],
  ...[
    '1password.com',
    '3com.com',
    '0xdeadbeef.example',
    '127.0.0.1.example.com',
    'svc.example',
    'mylocal.example',
    'a_b.example',
  ],
])('requirements.md 9.7 lets %s through', (host) => {
  expect(blockedHostProblem(host)).toBeNull();
});

test.each([
  ['127.0.0.1', 'is the node itself'],
  ['169.254.169.254', 'is the metadata service of a cloud'],
  ['10.1.2.3', 'is a private network'],
  ['::ffff:8.8.8.8', 'is another address in disguise'],
  ['printer.local', 'is a name of the node or its cluster (local)'],
  ['postgres', 'is a name without a domain, which each network reads in its own way'],
  ['*.com', 'stands for every name of a top-level domain'],
  ['x y', 'is not a host'],
])('says why %s is not let through', (host, why) => {
  expect(blockedHostProblem(host)).toBe(why);
});

test('an IPv4 address has the same verdict in decimal, octal and hexadecimal, whole and in parts', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (address) => {
      const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
      const plain = isBlockedHost(bytes.join('.'));
      const hexParts = bytes.map((byte) => `0x${byte.toString(16)}`).join('.');
      const short = `${bytes[0]}.${address & 0xffffff}`;
      for (const text of [String(address), `0x${address.toString(16)}`, hexParts, short]) {
        expect(isBlockedHost(text)).toBe(plain);
      }
      // Octal can be read as decimal by others, so it may be refused where the plain form is not.
      if (plain) expect(isBlockedHost(bytes.map((byte) => `0${byte.toString(8)}`).join('.'))).toBe(true);
    }),
  );
});

test('whatever the text, there is a verdict', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webAuthority(), fc.ipV6(), fc.ipV4Extended()), (text) => {
      expect(typeof isBlockedHost(text)).toBe('boolean');
    }),
  );
}, 60_000);
