// CIS 5.8, 5.9, 5.10, 5.14 and 5.30: the network of the container.

import { type CisCheck, pass, passUnless, warn } from './check.ts';
import type { InspectedContainer, PortBinding } from './facts.ts';

const LOWEST_PORT = 1024;
const EVERY_ADDRESS = new Set(['', '0.0.0.0', '::', '[::]']);

export const networkChecks: readonly CisCheck[] = [
  {
    id: '5.8',
    title: 'no privileged port of the host',
    judge: ({ container }) =>
      passUnless(...bindings(container).map(({ HostPort }) => isPrivileged(HostPort) && `host port ${HostPort ?? ''}`)),
  },
  {
    id: '5.9',
    title: 'only needed ports are open',
    judge: ({ container }) => {
      if (container.HostConfig.PublishAllPorts === true) return passUnless('every port of the image is published');
      const named = Object.keys(container.HostConfig.PortBindings ?? {});
      return pass(named.length === 0 ? 'none' : `declared: ${named.join(', ')}`);
    },
  },
  {
    id: '5.10',
    title: 'network namespace of its own',
    judge: ({ container: { HostConfig: host } }) =>
      passUnless(/^(host$|container:)/.test(host.NetworkMode ?? '') && `network mode ${host.NetworkMode ?? ''}`),
  },
  {
    id: '5.14',
    title: 'ports are bound to one address',
    judge: ({ container }) =>
      passUnless(
        ...bindings(container).map(
          ({ HostIp, HostPort }) => EVERY_ADDRESS.has(HostIp ?? '') && `port ${HostPort ?? ''} on every address`,
        ),
      ),
  },
  {
    id: '5.30',
    title: "not on the engine's default bridge",
    judge: ({ container }) => {
      const mode = container.HostConfig.NetworkMode ?? '';
      const onBridge = Object.hasOwn(container.NetworkSettings?.Networks ?? {}, 'bridge');
      return onBridge || mode === 'default' || mode === 'bridge' ? warn('on docker0') : pass();
    },
  },
];

const bindings = ({ HostConfig, NetworkSettings }: InspectedContainer): readonly PortBinding[] =>
  [HostConfig.PortBindings, NetworkSettings?.Ports]
    .flatMap((ports) => Object.values(ports ?? {}))
    .flatMap((found) => found ?? []);

const isPrivileged = (port: string | undefined): boolean => {
  const first = Number.parseInt(port ?? '', 10); // "80" or "80-90"
  return first > 0 && first < LOWEST_PORT;
};
