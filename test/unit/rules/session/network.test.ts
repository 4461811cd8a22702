import { describe, expect, test } from 'vitest';
import { egressForm } from '../../../../src/rules/session/egress-form.ts';
import { egressTarget } from '../../../../src/rules/session/egress-target.ts';
import { lowHostPort } from '../../../../src/rules/session/low-host-port.ts';
import { networkMode } from '../../../../src/rules/session/network-mode.ts';
import { portCollisions } from '../../../../src/rules/session/port-collisions.ts';
import { portsWithoutNetwork } from '../../../../src/rules/session/ports-without-network.ts';
import { publicPort } from '../../../../src/rules/session/public-port.ts';
import { reservedHostPort } from '../../../../src/rules/session/reserved-host-port.ts';
import { aPolicy, refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

const ports = [{ containerPort: 80, hostIP: '127.0.0.1' }];
const onAddress = (hostIP: string) => ({
  network: { mode: 'isolated' as const, ports: [{ containerPort: 80, hostIP }] },
});
const everywhere =
  'publishes on every address; policy ports.allowPublic (SAFETY_ALLOW_PUBLIC_PORT_BINDING) is false; fix: set hostIP: 127.0.0.1';

testSessionRules({
  refused: [
    {
      name: 'a network with egress targets',
      rule: networkMode,
      given: { network: { mode: 'egress', egress: [{ host: 'pypi.org' }] } },
      want: [
        'spec.network.mode: Forbidden: [MCPS-501] "egress" is not available in this release; allowed: none, isolated; fix: delete spec.network.mode',
        'spec.network.egress: Forbidden: [MCPS-501] egress targets are not available in this release; fix: delete spec.network.egress',
      ],
    },
    {
      name: 'an isolated network beside a mode of the engine',
      rule: networkMode,
      given: { network: { mode: 'isolated' }, security: { networkMode: 'host' } },
      want: [
        "spec.network.mode: Invalid value: isolated: [MCPS-501] spec.security.networkMode is host, which would take the place of the session's own network; fix: delete one of the two",
      ],
    },
    {
      name: 'a port of an isolated network, which the engine accepts and does not publish',
      rule: portsWithoutNetwork,
      given: { network: { mode: 'isolated', ports } },
      want: [
        'spec.network.ports: Forbidden: [MCPS-504] an isolated network has no way in, and spec.network.mode is "isolated"; fix: delete spec.network.ports',
      ],
    },
    {
      name: 'S0.M1.05 a port on every address, by leaving the address out',
      rule: publicPort,
      given: { network: { mode: 'isolated', ports: [{ containerPort: 80 }] } },
      want: [`spec.network.ports[0].hostIP: Required value: [MCPS-502] a missing hostIP ${everywhere}`],
    },
    {
      name: 'S0.M1.04, S0.M1.05 a port on every address, by name; the fix is the loopback address',
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
    {
      name: 'K-39, S0.M1.01 a public port, although no network publishes it',
      rule: publicPort,
      given: { network: { ports: [{ containerPort: 80 }] } },
      want: [`spec.network.ports[0].hostIP: Required value: [MCPS-502] a missing hostIP ${everywhere}`],
    },
    {
      name: 'K-39 a low port, although no network publishes it',
      rule: lowHostPort,
      given: { network: { ports: [{ containerPort: 80, hostPort: 80 }] } },
      want: [
        'spec.network.ports[0].hostPort: Invalid value: 80: [MCPS-503] below 1024, which services of the node use; fix: leave it out, or set 1024 or above',
      ],
    },
    {
      name: 'S3.T6.04 targets on the node, in its networks and in disguise, in whatever network mode',
      rule: egressTarget,
      given: {
        network: {
          egress: [
            { host: 'localhost:8080' },
            { host: '0x7f.1' },
            { host: '[::ffff:169.254.169.254]' },
            { cidr: '10.1.0.0/16' },
            { host: 'pypi.org' },
          ],
        },
      },
      want: [
        'spec.network.egress[0].host: Forbidden: [MCPS-505] localhost:8080 is a name of the node or its cluster (localhost); fix: name a public host',
        'spec.network.egress[1].host: Forbidden: [MCPS-505] 0x7f.1 is the node itself; fix: name a public host',
        'spec.network.egress[2].host: Forbidden: [MCPS-505] [::ffff:169.254.169.254] is another address in disguise; fix: name a public host',
        'spec.network.egress[3].cidr: Forbidden: [MCPS-505] 10.1.0.0/16 holds a private network; fix: name a range of public addresses alone',
      ],
    },
    {
      name: 'S3.T3.08 targets that are not plainly written',
      rule: egressForm,
      given: {
        network: {
          egress: [
            {},
            { host: 'pypi.org', cidr: '8.8.8.0/24' },
            { host: 'https://pypi.org' },
            { host: '134744072' },
            { cidr: '8.8.8.8' },
            { cidr: '8.8.8.8/24' },
            { host: 'pypi.org', ports: [443, 443] },
            { host: 'pypi.org:443', ports: [80] },
          ],
        },
      },
      want: [
        'spec.network.egress[0]: Invalid value: [MCPS-506] names neither host nor cidr; fix: name one of them',
        'spec.network.egress[1]: Invalid value: [MCPS-506] names both host and cidr; fix: keep one; list the other as a target of its own',
        'spec.network.egress[2].host: Invalid value: [MCPS-506] https://pypi.org is a URL or a path; name the host alone; fix: write a name such as pypi.org, or a plain address',
        'spec.network.egress[3].host: Invalid value: [MCPS-506] 134744072 is an address in a notation that programs read differently; fix: write a name such as pypi.org, or a plain address',
        'spec.network.egress[4].cidr: Invalid value: [MCPS-506] 8.8.8.8 is not a range of addresses; fix: write it like 8.8.8.0/24',
        'spec.network.egress[5].cidr: Invalid value: [MCPS-506] 8.8.8.8/24 has bits behind its prefix; fix: write the first address of the range',
        'spec.network.egress[6].ports: Invalid value: [MCPS-506] a port is given twice; fix: keep one',
        'spec.network.egress[7].host: Invalid value: [MCPS-506] pypi.org:443 has a port beside ports; fix: list the port under ports alone',
      ],
    },
    {
      name: 'ports of the engine, the kubelet and the cluster (CVE-2025-9074), in whatever network mode',
      rule: reservedHostPort,
      given: {
        network: {
          ports: [2375, 10_250, 31_000].map((hostPort) => ({ containerPort: 80, hostIP: '127.0.0.1', hostPort })),
        },
      },
      want: [
        'spec.network.ports[0].hostPort: Forbidden: [MCPS-507] port 2375 of the node belongs to the Docker API; fix: leave hostPort out, or choose another port',
        'spec.network.ports[1].hostPort: Forbidden: [MCPS-507] port 10250 of the node belongs to the kubelet; fix: leave hostPort out, or choose another port',
        'spec.network.ports[2].hostPort: Forbidden: [MCPS-507] port 31000 of the node belongs to NodePort services of the cluster; fix: leave hostPort out, or choose another port',
      ],
    },
    {
      name: 'one port of the node twice: on one address in two spellings, and beside every address',
      rule: portCollisions,
      given: {
        network: {
          ports: [
            { containerPort: 80, hostIP: '::1', hostPort: 8080 },
            { containerPort: 81, hostIP: '0:0:0:0:0:0:0:1', hostPort: 8080 },
            { containerPort: 82, hostPort: 8080 },
            { containerPort: 83, hostIP: '127.0.0.1' },
            { containerPort: 83, hostIP: '127.0.0.1' },
          ],
        },
      },
      want: [
        'spec.network.ports[1]: Invalid value: [MCPS-508] is the same port of the node as spec.network.ports[0]; fix: keep one',
        'spec.network.ports[2]: Invalid value: [MCPS-508] is the same port of the node as spec.network.ports[0]; fix: keep one',
        'spec.network.ports[4]: Invalid value: [MCPS-508] is the same port of the node as spec.network.ports[3]; fix: keep one',
      ],
    },
  ],
  accepted: [
    {
      name: 'S3.T6.13 public targets (MCPS-501 says that they are not enforced yet)',
      rule: egressTarget,
      given: { network: { egress: [{ host: 'pypi.org' }, { host: '*.example.com' }, { cidr: '8.8.8.0/24' }] } },
    },
    {
      name: 'S3.T3.07 targets with and without a port',
      rule: egressForm,
      given: {
        network: {
          egress: [
            { host: 'pypi.org', ports: [443, 80] },
            { host: 'pypi.org:443' },
            { host: '[2606:4700::1111]:443' },
            { cidr: '2606:4700::/32' },
          ],
        },
      },
    },
    {
      name: 'what MCPS-505 refuses already, however it is written',
      rule: egressForm,
      given: { network: { egress: [{ host: '2130706433' }] } },
    },
    {
      name: 'what MCPS-506 refuses already',
      rule: egressTarget,
      given: { network: { egress: [{ host: 'http://127.0.0.1/' }, { cidr: '127.0.0.1' }] } },
    },
    {
      name: 'a port that is nobody\u2019s',
      rule: reservedHostPort,
      given: { network: { ports: [{ containerPort: 2375, hostPort: 8080 }] } },
    },
    {
      name: 'one port of the node on two addresses, and one of the container twice',
      rule: portCollisions,
      given: {
        network: {
          ports: [
            { containerPort: 80, hostIP: '127.0.0.1', hostPort: 8080 },
            { containerPort: 80, hostIP: '127.0.0.2', hostPort: 8080 },
            { containerPort: 80, hostIP: '127.0.0.1', hostPort: 8081 },
          ],
        },
      },
    },
    { name: 'no network', rule: networkMode, given: {} },
    { name: 'a port of the engine\u2019s choice', rule: lowHostPort, given: onAddress('127.0.0.1') },
    {
      name: 'port 1024',
      rule: lowHostPort,
      given: { network: { mode: 'isolated', ports: [{ containerPort: 80, hostPort: 1024 }] } },
    },
    { name: 'S4.CFG.04 an isolated network', rule: networkMode, given: { network: { mode: 'isolated' } } },
    { name: 'no ports', rule: portsWithoutNetwork, given: {} },
  ],
});

describe('MCPS-502 addresses to publish on', () => {
  test.each(['', '0.0.0.0', '::', '0:0:0:0:0:0:0:0', '0::0', '::0.0.0.0', '0000:0000::', '::0'])(
    'S0.M1.05 refuses %j unless policy allows public ports',
    (hostIP) => {
      expect(refusals(publicPort, aSession(onAddress(hostIP)))).toHaveLength(1);
      expect(refusals(publicPort, aSession(onAddress(hostIP)), aPolicy({ ports: { allowPublic: true } }))).toEqual([]);
    },
  );

  test.each([
    '[::]',
    '[::]:80',
    '0.0',
    '00.0.0.0',
    '000.000.000.000',
    '0x0.0.0.0',
    '::ffff:0:0',
    '\uff10.0.0.0',
    'any',
    'localhost',
    '-',
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
  ])('S0.M1.05 refuses %j whatever policy says', (hostIP) => {
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
