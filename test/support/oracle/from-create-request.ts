// What an engine would print of a container that was made by this request and nothing else: the oracle can judge a request without
// an engine. The shape is the engine's (docker inspect), filled as engine 20.10 to 29 do.

import type { Inspected, Settings } from './subject.ts';
import { listOf, recordOf } from './subject.ts';

export interface AskedContainer {
  readonly name: string;
  readonly body: Settings;
}

const ID = 'c0ffee'.repeat(11).slice(0, 64);

export function inspectedOf({ name, body }: AskedContainer): Inspected {
  const { HostConfig, ...config } = body;
  const settings = recordOf(HostConfig);
  return {
    Id: ID,
    Name: `/${name}`,
    AppArmorProfile: '',
    State: { Pid: 0, Status: 'created' },
    HostConfig: settings,
    Config: { ...config, Hostname: ID.slice(0, 12) },
    Mounts: [
      ...listOf(settings['Mounts']).map(recordOf).map(mounted),
      ...Object.keys(recordOf(settings['Tmpfs'])).map(inMemory),
    ],
    NetworkSettings: { Networks: { [String(settings['NetworkMode'])]: {} } },
  };
}

const mounted = ({ Type, Source, Target, ReadOnly }: Settings): Settings => ({
  Type,
  Destination: Target,
  RW: ReadOnly !== true,
  ...(Type === 'volume' ? { Name: Source, Source: `/volumes/${String(Source)}/_data` } : { Source }),
});

const inMemory = (path: string): Settings => ({ Type: 'tmpfs', Source: '', Destination: path, RW: true });
