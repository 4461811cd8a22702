// Networks, egress targets and published ports (security.md 11 class 11; S0.M1, S3.T6, K-20, K-39).

import { corpusClass, type Spec } from '../case.ts';

const port = (value: object, mode = 'isolated'): Spec => ({ network: { mode, ports: [value] } });
const egress = (target: object): Spec => ({ network: { mode: 'egress', egress: [target] } });

const PUBLIC = ['0.0.0.0', '::', '0', '', '*', '[::]', '0.0.0.0/0', '0:0:0:0:0:0:0:0', '::0', '000.0.0.0'];
const MAPPED = ['::ffff:0.0.0.0', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:127.0.0.1'];
const NOT_LITERAL = [
  'localhost',
  '127.1',
  '0x7f.1',
  '0177.0.0.1',
  '2130706433',
  '127.0.0.1:80',
  '[::1]',
  'fe80::1%eth0',
];
const NOT_A_MACHINE = ['224.0.0.1', '255.255.255.255', 'ff02::1', ' 127.0.0.1', '127.0.0.1\n', '1.2.3'];

export const ports = corpusClass('ports', { want: ['MCPS-502', 'MCPS-504'] }, [
  ...[...PUBLIC, ...MAPPED, ...NOT_LITERAL, ...NOT_A_MACHINE].map((hostIP) => ({
    title: `S0.M1.05: published on ${JSON.stringify(hostIP)}`,
    spec: port({ containerPort: 80, hostIP }),
  })),
  { title: 'S0.M1.05: published without an address', spec: port({ containerPort: 80 }) },
  ...[1, 22, 80, 443, 1023].map((hostPort) => ({
    title: `port ${hostPort} of the node`,
    spec: port({ containerPort: 80, hostIP: '127.0.0.1', hostPort }),
    want: ['MCPS-503', 'MCPS-504'],
  })),
  {
    title: 'a low port on every address',
    spec: port({ containerPort: 80, hostIP: '0.0.0.0', hostPort: 80 }),
    want: ['MCPS-502', 'MCPS-503', 'MCPS-504'],
  },
  {
    title: 'K-39: a port without a network',
    spec: port({ containerPort: 80, hostIP: '127.0.0.1' }, 'none'),
    want: ['MCPS-504'],
  },
  {
    title: 'K-39: a public port without a network',
    spec: port({ containerPort: 80, hostIP: '0.0.0.0' }, 'none'),
    want: ['MCPS-502', 'MCPS-504'],
  },
  ...[0, -1, 65_536, 1.5, '80', '8000-9000'].map((containerPort) => ({
    title: `container port ${JSON.stringify(containerPort)}`,
    spec: port({ containerPort, hostIP: '127.0.0.1' }),
    want: ['SCHEMA'],
  })),
  ...[-1, 65_536, '8080', '8000-9000'].map((hostPort) => ({
    title: `port ${JSON.stringify(hostPort)} of the node`,
    spec: port({ containerPort: 80, hostIP: '127.0.0.1', hostPort }),
    want: ['SCHEMA'],
  })),
  {
    title: '33 ports',
    spec: { network: { ports: Array.from({ length: 33 }, () => ({ containerPort: 80 })) } },
    want: ['SCHEMA'],
  },
  { title: 'a port of another protocol', spec: port({ containerPort: 80, protocol: 'udp' }), want: ['SCHEMA'] },
]);

export const networks = corpusClass('networks', { want: ['SCHEMA'] }, [
  {
    title: 'an isolated network beside the network of the node',
    spec: { network: { mode: 'isolated' }, security: { networkMode: 'host' } },
    want: ['MCPS-204', 'MCPS-501'],
  },
  {
    title: 'an isolated network beside a mode of the engine that is allowed',
    spec: { network: { mode: 'isolated' }, security: { networkMode: 'none' } },
    want: ['MCPS-501'],
  },
  {
    title: 'a port of an isolated network, which the engine accepts and does not publish',
    spec: { network: { mode: 'isolated', ports: [{ containerPort: 80, hostIP: '127.0.0.1' }] } },
    want: ['MCPS-504'],
  },
  {
    title: 'targets of an isolated network',
    spec: { network: { mode: 'isolated', egress: [{ host: 'pypi.org' }] } },
    want: ['MCPS-501'],
  },
  { title: 'K-20: egress without targets', spec: { network: { mode: 'egress' } }, want: ['MCPS-501'] },
  ...['host', 'bridge', 'None', 'NONE', '', 'container:x', 'none '].map((mode) => ({
    title: `network mode ${JSON.stringify(mode)}`,
    spec: { network: { mode } },
  })),
  ...['dns', 'dnsSearch', 'dnsOptions', 'extraHosts', 'aliases', 'links', 'macAddress', 'ipAddress', 'driverOpts'].map(
    (key) => ({ title: `${key} of the network`, spec: { network: { [key]: ['127.0.0.1\nnameserver 198.51.100.1'] } } }),
  ),
  { title: 'publishing all ports', spec: { network: { publishAll: true } } },
  { title: 'a host name', spec: { hostname: 'x\n127.0.0.1 registry' } },
]);

const V4 = [
  '127.0.0.2',
  '10.255.255.255',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.100.100.200',
  '0.0.0.0',
];
const V4_ENCODED = ['2130706433', '0177.0.0.1', '0x7f.0.0.1', '0x7f000001', '127.1', '0300.0250.0.1', '3232235520'];
const V6 = [
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  'fe80::1',
  'fd00::1',
  'fd00:ec2::254',
  '2001:0::',
  '2002::',
  '64:ff9b::',
];
const NAMES = [
  'localhost',
  'LOCALHOST',
  'a.localhost',
  'printer.local',
  'metadata.google.internal',
  'metadata',
  'metadata.',
];
const CLUSTER_NAMES = ['kubernetes.default.svc', 'x.y.svc', 'x.cluster.local', 'api.internal'];

/** Without an enforced network each is refused by MCPS-501 as well. */
export const egressTargets = corpusClass('egress', { want: ['MCPS-501', 'MCPS-505'] }, [
  ...[...V4, ...V4_ENCODED].map((host) => ({
    title: `requirements.md 9.7: egress to ${host}`,
    spec: egress({ host }),
  })),
  ...V6.map((host) => ({ title: `S3.T6.11, S3.T6.12: egress to ${host}`, spec: egress({ host }) })),
  ...[...NAMES, ...CLUSTER_NAMES].map((host) => ({
    title: `requirements.md 9.7: egress to ${host}`,
    spec: egress({ host }),
  })),
  ...['127.0.0.0/8', '10.0.0.0/8', '0.0.0.0/0', '169.254.0.0/16', '::/0', 'fc00::/7', '192.168.0.0/16'].map((cidr) => ({
    title: `S3.T6.13: egress to ${cidr}`,
    spec: egress({ cidr }),
  })),
  ...['999.999.999.999', 'http://user:pass@169.254.169.254/', 'a b', 'x/y', ''].map((host) => ({
    title: `S3.T3.08: egress to ${JSON.stringify(host)}`,
    spec: egress({ host }),
    want: ['MCPS-501', 'MCPS-506'],
  })),
]);
