// What a container is connected to, by what name and under what address, and what of it is published, beyond what was asked for. An
// endpoint has settings of its own, which no field of the create body shows (security.md 4.5). Pure.

import type { InspectAnswer } from './inspect-schema.ts';
import { unknownKeys } from './unknown-keys.ts';

/** Names of the endpoint itself; they say nothing about what it reaches. */
const IDS = ['NetworkID', 'EndpointID'];
/** Given by the engine on a network that has addresses. */
const ADDRESSES = ['Gateway', 'IPAddress', 'IPPrefixLen', 'IPv6Gateway', 'GlobalIPv6Address', 'GlobalIPv6PrefixLen'];
const WITHOUT_ADDRESSES: ReadonlySet<string> = new Set(['none', 'host']);

/** A container can be moved to another network behind our back while its network mode still says "none"; or get aliases on its own. */
export function uninvitedNetworks({ Id, Name, HostConfig, NetworkSettings }: InspectAnswer): string[] {
  const mode = HostConfig.NetworkMode;
  const invited = mode === 'default' || mode === '' ? 'bridge' : mode;
  const known = WITHOUT_ADDRESSES.has(mode) ? IDS : [...IDS, ...ADDRESSES, 'MacAddress'];
  const own = [Id.slice(0, 12), Name.replace(/^\//, '')];
  return Object.entries(NetworkSettings?.Networks ?? {}).flatMap(([network, endpoint]) =>
    network === invited
      ? unknownKeys({ where: `Networks[${network}]`, settings: withoutOwnNames(endpoint ?? {}, own), known })
      : [`Networks[${network}]`],
  );
}

/** On a network that somebody made, every engine names the container by its id, newer ones also by its name: nobody asked for these. */
function withoutOwnNames(endpoint: Readonly<Record<string, unknown>>, own: readonly string[]): Record<string, unknown> {
  const given = Object.entries(endpoint).map(([key, value]): [string, unknown] => {
    if (key !== 'Aliases' && key !== 'DNSNames') return [key, value];
    const names: readonly unknown[] = Array.isArray(value) ? value : [value];
    return [key, names.filter((name) => name !== null && !own.some((each) => each === name))];
  });
  return Object.fromEntries(given);
}

/** Published at an address that no binding asks for. Exposed ports stand there too, without a binding. */
export function uninvitedPorts({ HostConfig, NetworkSettings }: InspectAnswer): string[] {
  return Object.entries(NetworkSettings?.Ports ?? {})
    .filter(([port, published]) => {
      const asked = (HostConfig.PortBindings[port] ?? []).map(({ HostIp }) => HostIp);
      return published.some(({ HostIp }) => !asked.includes(HostIp) && !asked.includes(''));
    })
    .map(([port]) => `Ports[${port}]`);
}
