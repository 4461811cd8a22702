import { describe, expect, test } from 'vitest';
import { hostFormatProblem, portOfHost } from '../../../../src/rules/network/host-format.ts';
import { blockedIn } from '../../../../src/rules/network/blocked-ranges.ts';
import { isPlainRange, overlap, parseIpRange } from '../../../../src/rules/network/ip-ranges.ts';
import { ownerOfPort } from '../../../../src/rules/network/reserved-ports.ts';

describe('the form of a host (S3.T3.07)', () => {
  test.each([
    ...[
      'example.com',
      'example.com:443',
      'a-b.example',
      'xn--bcher-kva.example',
      '*.example.com',
      '8.8.8.8',
      '8.8.8.8:53',
    ],
    ...[
      '2606:4700::1111',
      '[2606:4700::1111]',
      '[2606:4700::1111]:443',
      'localhost',
      'EXAMPLE.com.',
      'example.com:65535',
    ],
  ])('takes %s', (text) => {
    expect(hostFormatProblem(text)).toBeNull();
  });

  test.each([
    ['https://example.com', 'is a URL or a path; name the host alone'],
    ['example.com/x', 'is a URL or a path; name the host alone'],
    ['exa mple.com', 'is not a host name or an address'],
    ['a.*.example.com', 'is not a host name or an address'],
    ['a*.example.com', 'is not a host name or an address'],
    ['example.com:0', 'is not a host name or an address'],
    ['example.com:65536', 'is not a host name or an address'],
    ['example.com:443:443', 'is not a host name or an address'],
    ['', 'is not a host name or an address'],
    ['999.999.999.999', 'is not a host name or an address'],
    ['134744072', 'is an address in a notation that programs read differently'],
    ['8.8.2056', 'is an address in a notation that programs read differently'],
    ['08.8.8.8', 'is an address in a notation that programs read differently'],
  ])('S3.T3.08: does not take %j, which %s', (text, why) => {
    expect(hostFormatProblem(text)).toBe(why);
  });

  test.each([
    ['example.com:443', 443],
    ['[2606:4700::1111]:53', 53],
    ['example.com', null],
    ['2606:4700::1111:53', null],
  ])('the port of %s is %s', (text, port) => {
    expect(portOfHost(text)).toBe(port);
  });
});

describe('ranges of addresses', () => {
  test.each([
    '8.8.8.8',
    '8.8.8.8/33',
    '8.8.8.8/-1',
    '8.8.8.8/08',
    '8.8.8/24',
    '0x8.8.8.8/8',
    '::/129',
    '/8',
    '8.8.8.8/',
    'a/8',
    '8.8.8.0/255.255.255.0',
  ])('%j is none', (text) => {
    expect(parseIpRange(text)).toBeNull();
  });

  test.each([
    ['8.8.8.0/24', true],
    ['8.8.8.8/24', false],
    ['8.8.8.8/32', true],
    ['8.8.8.8/31', true],
    ['8.8.8.9/31', false],
    ['0.0.0.0/0', true],
    ['128.0.0.0/0', false],
    ['2606:4700::/32', true],
    ['2606:4700::1/127', false],
  ])('%s is plainly written: %s', (text, want) => {
    const range = parseIpRange(text);
    expect(range !== null && isPlainRange(range)).toBe(want);
  });

  test.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/9', '10.128.0.0/9', false],
    ['0.0.0.0/0', '255.255.255.255/32', true],
    ['0.0.0.0/0', '::/0', false],
    ['8.8.8.8/31', '8.8.8.9/32', true],
    ['8.8.8.8/32', '8.8.8.9/32', false],
  ])('%s and %s meet: %s', (left, right, want) => {
    const [one, other] = [parseIpRange(left), parseIpRange(right)];
    expect(one !== null && other !== null && overlap(one, other)).toBe(want);
  });

  test.each([
    ...[
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/8',
      '8.0.0.0/6',
      '192.168.0.0/30',
      '169.254.169.254/32',
      '172.16.0.0/12',
      '100.64.0.0/10',
    ],
    ...['168.63.129.0/24', '198.0.0.0/8', 'fc00::/7', '2000::/3', '::ffff:8.8.8.0/120', 'fd00:ec2::/32'],
  ])('S3.T6.13: %s holds an address that may not be reached', (cidr) => {
    const range = parseIpRange(cidr);
    expect(range === null ? 'none' : blockedIn(range)).toMatch(/^(?:a|the|another|reserved|not) /);
  });

  test.each(['8.0.0.0/8', '1.1.1.0/24', '151.101.0.0/16', '2606:4700::/32', '2a00::/12', '172.32.0.0/11'])(
    'S3.T6.13: %s does not',
    (cidr) => {
      const range = parseIpRange(cidr);
      expect(range === null ? 'none' : blockedIn(range)).toBeNull();
    },
  );
});

test.each([
  [2375, 'the Docker API'],
  [2376, 'the Docker API'],
  [2379, 'etcd'],
  [6443, 'the Kubernetes API'],
  [10_250, 'the kubelet'],
  [10_255, 'the kubelet'],
  [30_000, 'NodePort services of the cluster'],
  [32_767, 'NodePort services of the cluster'],
  [0, null],
  [3000, null],
  [8080, null],
  [8443, null],
  [29_999, null],
  [32_768, null],
])('port %i of the node belongs to %s', (port, owner) => {
  expect(ownerOfPort(port)).toBe(owner);
});
