// What an engine answers about a container that was created from a request: Engine 20.10's own words, with the request's settings in
// them. What the engine derives by itself (program, mounts, network) is derived here as well.

import type { CreateRequest } from '../../src/docker/to-create-request.ts';
import recorded from '../unit/docker/recorded/inspect-20.10.json' with { type: 'json' };

export type Json = Readonly<Record<string, unknown>>;

export interface InspectChanges {
  readonly top?: Json;
  readonly host?: Json;
  readonly config?: Json;
}

/** The recorded answer with changes; lists that the engine derives follow them unless `top` says otherwise. */
export function inspectAnswer({ top = {}, host = {}, config = {} }: InspectChanges) {
  const HostConfig: Json = { ...recorded.HostConfig, ...host };
  const Config: Json = { ...recorded.Config, ...config };
  const [Path = '', ...Args] = [...textsIn(Config['Entrypoint']), ...textsIn(Config['Cmd'])];
  const Mounts = mountsIn(HostConfig['Mounts']).map(foundMount);
  return { ...recorded, Path, Args, Mounts, ...top, HostConfig, Config };
}

export function inspectAnswerOf({ name, body }: CreateRequest) {
  const sent = JSON.parse(JSON.stringify(body)) as { readonly HostConfig: Json; readonly Image: string }; // as on the wire
  const { HostConfig, ...Config } = sent;
  const mode = String(HostConfig['NetworkMode']);
  const endpoint: unknown = recorded.NetworkSettings.Networks.none;
  const top = { Name: `/${name}`, Image: sent.Image, NetworkSettings: { Networks: { [mode]: endpoint }, Ports: {} } };
  return inspectAnswer({ top, host: HostConfig, config: Config });
}

interface AskedMount {
  readonly Type: string;
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: { readonly Propagation?: string };
}

/** The entry of the mounts' list as the engine makes it. */
export function foundMount({ Type, Source, Target, ReadOnly, BindOptions }: AskedMount) {
  const common = { Type, Destination: Target, Mode: '', RW: ReadOnly !== true };
  if (Type === 'volume') {
    return { ...common, Name: Source, Source: `/data/volumes/${Source}/_data`, Driver: 'local', Propagation: '' };
  }
  return { ...common, Source, Propagation: BindOptions?.Propagation ?? 'rprivate' };
}

const textsIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const mountsIn = (value: unknown): readonly AskedMount[] => (Array.isArray(value) ? (value as AskedMount[]) : []); // as tests and printers write them
