// What a container is connected to and reached by: security.md 4.5. Nothing of it is in the create body; the engine reports it.

import { denied, type VerdictRow } from './verdict.ts';

const published = [{ HostIp: '0.0.0.0', HostPort: '8080' }];

export const networkRows: readonly VerdictRow[] = [
  ...denied('NetworkSettings.Networks.none', {
    IPAMConfig: [{ IPv4Address: '10.0.0.2' }, { LinkLocalIPs: ['169.254.1.1'] }],
    Links: [['db:db']],
    Aliases: [['postgres', 'kubernetes.default']],
    MacAddress: ['02:42:ac:11:00:02'],
    DriverOpts: [{ 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.route_localnet=1' }],
    GwPriority: [1],
    DNSNames: [['postgres']],
    IPAddress: ['172.17.0.2'],
    IPPrefixLen: [16],
    Gateway: ['172.17.0.1'],
    IPv6Gateway: ['fe80::1'],
    GlobalIPv6Address: ['fd00::2'],
    GlobalIPv6PrefixLen: [64],
    FieldOfTomorrow: ['x'],
  }),
  ...denied('NetworkSettings', {
    Networks: [{ bridge: {} }, { none: null, other: { Aliases: null } }],
    Ports: [{ '80/tcp': published }],
  }),
  ...['NetworkID', 'EndpointID'].map(
    (name): VerdictRow => ({
      field: `NetworkSettings.Networks.none.${name}`,
      verdict: 'harmless',
      hostile: ['x'],
      why: 'a name that the engine gave; nothing is reached by it',
    }),
  ),
];
