// The oracle on the real engine: nothing to say of a container as the product makes it, and each weakness of one that is not is found
// by name, in the engine's own words and in what the kernel shows.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import {
  aSessionContainer,
  engineSocket,
  lockedDown,
  newClusterId,
  rawDocker,
  removeAllOf,
  sessionImage,
} from '../../support/docker.ts';
import { createEngineReader } from '../../support/oracle/engine-socket.ts';
import { examine } from '../../support/oracle/examine.ts';
import { allowDifferences, expectDifferences } from '../../support/oracle/run.ts';

const cluster = newClusterId();
const engine = createEngineReader(engineSocket());

beforeAll(async () => void (await sessionImage()));
afterAll(() => removeAllOf(cluster));

interface Weakened {
  readonly name: string;
  readonly host?: Record<string, unknown>;
  readonly config?: Record<string, unknown>;
  readonly finds: readonly string[];
}

/** With its process, whatever that is. */
async function examined({ host, config, finds }: Weakened) {
  const spec = await aSessionContainer({ cluster, nodeName: 'node-1', change: { init: false } });
  if (finds.length > 0) {
    const { uid } = spec.identity;
    expectDifferences({ uid, what: finds });
    allowDifferences({ uid, what: ['*'] });
  }
  const { name, body } = toCreateRequest(lockedDown(spec));
  const HostConfig = { ...(body['HostConfig'] as Record<string, unknown>), ...host }; // printed by the line above
  const container = await rawDocker().createContainer({ name, ...body, ...config, HostConfig });
  await container.start();
  const examination = await examine(engine, container.id);
  return { full: examination?.full, found: examination?.differences.map(({ what }) => what) ?? [] };
}

test('a container as the product makes it has no difference', async () => {
  expect(await examined({ name: '', finds: [] })).toEqual({ full: true, found: [] });
});

test.each<Weakened>([
  {
    name: 'a privileged container',
    host: { Privileged: true, MaskedPaths: null, ReadonlyPaths: null },
    finds: [
      'HostConfig.Privileged',
      'HostConfig.MaskedPaths',
      'process.CapBnd',
      'process.Seccomp',
      'process.cgroup.devices',
      'mountinfo[/sys]',
      'mountinfo[/sys/firmware]',
      'mountinfo[/proc/sys]',
    ],
  },
  {
    name: 'the namespaces of the node',
    host: { PidMode: 'host', IpcMode: 'host', UTSMode: 'host', CgroupnsMode: 'host', NetworkMode: 'host' },
    finds: [
      ...['HostConfig.PidMode', 'HostConfig.IpcMode', 'HostConfig.UTSMode', 'HostConfig.CgroupnsMode'],
      ...['HostConfig.NetworkMode', 'process.ns.pid', 'process.ns.ipc', 'process.ns.uts', 'process.ns.cgroup'],
      'process.ns.net',
    ],
  },
  {
    name: 'root, a writable root and new privileges',
    host: { ReadonlyRootfs: false, SecurityOpt: [], CapDrop: [] },
    config: { User: '0:0' },
    finds: [
      ...['HostConfig.ReadonlyRootfs', 'HostConfig.CapDrop', 'Config.User', 'SecurityOpt.no-new-privileges'],
      ...['SecurityOpt.seccomp', 'process.CapEff', 'process.CapPrm', 'process.CapBnd', 'process.NoNewPrivs'],
      ...['process.Uid', 'process.Gid', 'mountinfo[/]'],
    ],
  },
  {
    name: 'no limits',
    host: { Memory: 0, MemorySwap: 0, NanoCpus: 0, PidsLimit: 0, Ulimits: [] },
    finds: [
      ...['HostConfig.Memory', 'HostConfig.NanoCpus', 'HostConfig.PidsLimit', 'HostConfig.Ulimits'],
      ...['process.cgroup.cpu', 'process.limits.cpu'],
    ],
  },
  {
    name: 'a group of root, a device and a directory of the node',
    host: {
      GroupAdd: ['0'],
      Devices: [{ PathOnHost: '/dev/kmsg', PathInContainer: '/dev/kmsg', CgroupPermissions: 'rw' }],
      Mounts: [{ Type: 'bind', Source: '/etc', Target: '/data' }],
    },
    finds: [
      ...['HostConfig.GroupAdd', 'HostConfig.Devices', 'process.Groups', 'Mount[/data].Source'],
      ...['Mount[/data].ReadOnly', 'Mounts[/data]', 'mountinfo[/data]'],
    ],
  },
])('finds $name', async (weakened) => {
  const { full, found } = await examined(weakened);
  expect(full).toBe(true);
  expect(found).toEqual(expect.arrayContaining([...weakened.finds]));
});
