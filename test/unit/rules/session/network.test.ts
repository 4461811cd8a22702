import { describe, expect, test } from 'vitest';
import { lowHostPort } from '../../../../src/rules/session/low-host-port.ts';
import { networkMode } from '../../../../src/rules/session/network-mode.ts';
import { portsWithoutNetwork } from '../../../../src/rules/session/ports-without-network.ts';
import { publicPort } from '../../../../src/rules/session/public-port.ts';
import { aPolicy, refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

const ports = [{ containerPort: 80, hostIP: '127.0.0.1' }];
const onAddress = (hostIP: string) => ({
  network: { mode: 'isolated' as const, ports: [{ containerPort: 80, hostIP }] },
});
const everywhere =
  'publishes on every address of the node; policy ports.allowPublic is false; fix: set hostIP: 127.0.0.1';

testSessionRules({
  refused: [
    {
      name: 'a network with egress targets',
      rule: networkMode,
      given: { network: { mode: 'egress', egress: [{ host: 'pypi.org' }] } },
      want: [
        'spec.network.mode: Forbidden: [MCPS-501] "egress" is not available in this release; allowed: none; fix: delete spec.network.mode',
        'spec.network.egress: Forbidden: [MCPS-501] egress targets are not available in this release; fix: delete spec.network.egress',
      ],
    },
    {
      name: 'an isolated network',
      rule: networkMode,
      given: { network: { mode: 'isolated' } },
      want: [
        'spec.network.mode: Forbidden: [MCPS-501] "isolated" is not available in this release; allowed: none; fix: delete spec.network.mode',
      ],
    },
    {
      name: 'S0.M1.05 a port on every address, by leaving the address out',
      rule: publicPort,
      given: { network: { mode: 'isolated', ports: [{ containerPort: 80 }] } },
      want: [`spec.network.ports[0].hostIP: Required value: [MCPS-502] a missing hostIP ${everywhere}`],
    },
    {
      name: 'S0.M1.05 a port on every address, by name',
      rule: publicPort,
      given: onAddress('0.0.0.0'),
      want: [`spec.network.ports[0].hostIP: Forbidden: [MCPS-502] 0.0.0.0 ${everywhere}`],
    },
    {
      name: 'a host name as the address',
      rule: publicPort,
      given: onAddress('localhost'),
      want: [
        'spec.network.ports[0].hostIP: Forbidden: [MCPS-502] localhost is not one literal address of the node; fix: set hostIP: 127.0.0.1',
      ],
    },
    {
      name: 'a low port of the node',
      rule: lowHostPort,
      given: { network: { mode: 'isolated', ports: [{ containerPort: 80, hostIP: '127.0.0.1', hostPort: 1023 }] } },
      want: [
        'spec.network.ports[0].hostPort: Invalid value: 1023: [MCPS-503] below 1024, which services of the node use; fix: leave it out, or set 1024 or above',
      ],
    },
    {
      name: 'K-39 a port without a network',
      rule: portsWithoutNetwork,
      given: { network: { ports } },
      want: [
        'spec.network.ports: Forbidden: [MCPS-504] publishing ports needs a network, and spec.network.mode is "none"; fix: delete spec.network.ports',
      ],
    },
  ],
  accepted: [
    { name: 'no network', rule: networkMode, given: {} },
    { name: 'a port of the engine\u2019s choice', rule: lowHostPort, given: onAddress('127.0.0.1') },
    {
      name: 'port 1024',
      rule: lowHostPort,
      given: { network: { mode: 'isolated', ports: [{ containerPort: 80, hostPort: 1024 }] } },
    },
    {
      name: 'an address of a port that MCPS-504 says to delete',
      rule: publicPort,
      given: { network: { ports: [{ containerPort: 80 }] } },
    },
    {
      name: 'a low number of a port that MCPS-504 says to delete',
      rule: lowHostPort,
      given: { network: { ports: [{ containerPort: 80, hostPort: 80 }] } },
    },
    { name: 'no ports', rule: portsWithoutNetwork, given: {} },
  ],
});

describe('MCPS-502 addresses to publish on', () => {
  test.each(['', '0.0.0.0', '::', '0:0:0:0:0:0:0:0', '0::0', '::0.0.0.0'])(
    'refuses %j unless policy allows public ports',
    (hostIP) => {
      expect(refusals(publicPort, aSession(onAddress(hostIP)))).toHaveLength(1);
      expect(refusals(publicPort, aSession(onAddress(hostIP)), aPolicy({ ports: { allowPublic: true } }))).toEqual([]);
    },
  );

  test.each([
    '[::]',
    '*',
    '0',
    '0.0.0.0/0',
    '::ffff:0.0.0.0',
    '::ffff:127.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '1.2.3.256',
    'fe80::1%eth0',
    ' 127.0.0.1',
    '127.0.0.1:80',
    '255.255.255.255',
    '224.0.0.1',
    'ff02::1',
    '1.2.3',
    ':::',
    '1::2::3',
  ])('refuses %j whatever policy says', (hostIP) => {
    expect(refusals(publicPort, aSession(onAddress(hostIP)), aPolicy({ ports: { allowPublic: true } }))).toHaveLength(
      1,
    );
  });

  test.each(['127.0.0.1', '::1', '192.0.2.10', '2001:db8::10', '2001:DB8:0:0:0:0:0:1'])(
    'S0.M1.06 accepts %j',
    (hostIP) => {
      expect(refusals(publicPort, aSession(onAddress(hostIP)))).toEqual([]);
    },
  );
});
