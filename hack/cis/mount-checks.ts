// CIS 5.6, 5.18, 5.20 and 5.32: what of the node is inside. Reads the resolved sources that the engine reports, and the driver options
// of volumes, which the public tool does not (a local volume can be a bind mount).

import { type CisCheck, passUnless } from './check.ts';
import type { CisFacts, InspectedContainer } from './facts.ts';

const SENSITIVE = ['/boot', '/dev', '/etc', '/lib', '/lib64', '/proc', '/root', '/run', '/sys', '/usr', '/var'];
const ENGINE_SOCKET = /(^|\/)(docker|containerd|crio|podman)\.sock$/;
const SOCKET_PLACES = ['/', '/run', '/var', '/var/run'];

export const mountChecks: readonly CisCheck[] = [
  {
    id: '5.6',
    title: 'no sensitive directory of the host',
    judge: ({ container, volumes }) =>
      passUnless(
        ...bindSources(container).map((source) => isSensitive(source) && `bind of ${source}`),
        ...volumes.map(({ Name, Options }) => hasDevice(Options) && `volume ${Name ?? ''} has driver option "device"`),
      ),
  },
  {
    id: '5.18',
    title: 'no device of the host',
    judge: ({ container: { HostConfig: host } }) =>
      passUnless(
        size(host.Devices) > 0 && `${size(host.Devices)} devices`,
        size(host.DeviceRequests) > 0 && 'device requests',
        size(host.DeviceCgroupRules) > 0 && 'device cgroup rules',
      ),
  },
  {
    id: '5.20',
    title: 'mount propagation is not shared',
    judge: ({ container }) =>
      passUnless(
        ...(container.Mounts ?? []).map(
          ({ Propagation, Destination }) =>
            /shared/.test(Propagation ?? '') && `${Destination ?? ''} is ${Propagation ?? ''}`,
        ),
      ),
  },
  {
    id: '5.32',
    title: 'no engine socket inside',
    judge: ({ container }) =>
      passUnless(
        ...bindSources(container).map(
          (source) => (ENGINE_SOCKET.test(source) || SOCKET_PLACES.includes(source)) && `bind of ${source}`,
        ),
      ),
  },
];

const bindSources = (container: InspectedContainer): readonly string[] =>
  (container.Mounts ?? []).filter(({ Type }) => Type === 'bind').map(({ Source }) => Source ?? '');

const isSensitive = (source: string): boolean =>
  source === '/' || SENSITIVE.some((directory) => source === directory || source.startsWith(`${directory}/`));

const hasDevice = (options: CisFacts['volumes'][number]['Options']): boolean =>
  options != null && Object.keys(options).some((name) => name.toLowerCase() === 'device');

const size = (list: readonly unknown[] | null | undefined): number => list?.length ?? 0;
