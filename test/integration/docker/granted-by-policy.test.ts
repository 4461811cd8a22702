// What the engine changes by itself in a container, on the real engine: each switch of policy that lifts an isolation has to
// give a container that reads back as it was asked for, or the switch never works. And mounts below a mount.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { type LockedDownSpec, lockDown } from '../../../src/rules/lock-down.ts';
import {
  aSessionContainer,
  engineSocket,
  newClusterId,
  rawDocker,
  removeAllOf,
  sessionImage,
} from '../../support/docker.ts';
import { aPolicy } from '../../support/judgement.ts';
import { allowDifferences, expectDifferences } from '../../support/oracle/run.ts';

const cluster = newClusterId();
const nodeName = 'node-1';
const engine = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName });
const signal = new AbortController().signal;

const MODE_FIELDS = {
  network: 'networkMode',
  pid: 'pidMode',
  ipc: 'ipcMode',
  uts: 'utsMode',
  user: 'usernsMode',
  cgroup: 'cgroupnsMode',
} as const;

const HOST_DIFFERENCES = {
  network: ['HostConfig.NetworkMode', 'Config.Hostname', 'process.ns.net'],
  pid: ['HostConfig.PidMode', 'process.ns.pid'],
  ipc: ['HostConfig.IpcMode', 'process.ns.ipc'],
  uts: ['HostConfig.UTSMode', 'process.ns.uts'],
  user: ['HostConfig.UsernsMode'],
  cgroup: ['HostConfig.CgroupnsMode', 'process.ns.cgroup'],
} as const;

const aSpec = (change: Partial<ContainerSpec>): Promise<ContainerSpec> =>
  aSessionContainer({ cluster, nodeName, change });

function approved(spec: ContainerSpec, policy = defaultPolicy()): LockedDownSpec {
  const judged = lockDown(spec, policy);
  if (!judged.ok) throw new Error(judged.error.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return judged.value;
}

async function seen(id: string): Promise<ContainerSpec> {
  const found = await engine.inspect(id, signal);
  if (found === null || !found.ours) throw new Error(`${id} is not there or not ours`);
  return found.container.spec;
}

beforeAll(async () => void (await sessionImage()));
afterAll(() => removeAllOf(cluster));

interface Granted {
  readonly name: string;
  readonly policy: Record<string, unknown>;
  readonly change: Partial<ContainerSpec>;
  /** What the effect oracle has to say of it. */
  readonly differs: readonly string[];
}

test.each<Granted>([
  {
    name: 'privileged',
    policy: { privileged: { allow: true } },
    change: { privileged: true, seccomp: 'Unconfined', appArmor: 'Unconfined' },
    differs: [
      'HostConfig.Privileged',
      'SecurityOpt.seccomp',
      'SecurityOpt.apparmor',
      'process.CapBnd',
      'process.Seccomp',
    ],
  },
  {
    name: 'the seccomp profile of the engine',
    policy: { seccomp: { allow: ['EngineDefault'] } },
    change: { seccomp: 'EngineDefault' },
    differs: ['SecurityOpt.seccomp'],
  },
  {
    name: 'no AppArmor',
    policy: { appArmor: { mode: 'off' } },
    change: { appArmor: 'Unconfined' },
    differs: ['SecurityOpt.apparmor'],
  },
  ...(['network', 'pid', 'ipc', 'uts', 'user', 'cgroup'] as const).map((namespace) => ({
    name: `the ${namespace} namespace of the host`,
    policy: { hostNamespaces: { allow: [namespace] } },
    change: { [MODE_FIELDS[namespace]]: 'host' },
    differs: HOST_DIFFERENCES[namespace],
  })),
  {
    name: 'a capability for root',
    policy: { capabilities: { allow: ['NET_BIND_SERVICE'] }, rootUser: { allow: true } },
    change: { user: '0:0', capabilitiesAdded: ['NET_BIND_SERVICE'] },
    differs: ['HostConfig.CapAdd', 'Config.User', 'process.CapEff', 'process.CapBnd', 'process.Uid', 'process.Gid'],
  },
])('$name, where policy allows it, reads back as asked for', async ({ policy, change, differs }) => {
  const want = await aSpec(change);
  const { uid } = want.identity;
  expectDifferences({ uid, what: differs });
  allowDifferences({ uid, what: ['process.*', 'mountinfo[*', 'SecurityOpt.other', 'AppArmorProfile'] });
  const { id } = await engine.create(approved(want, aPolicy(policy)), signal);
  expect(await seen(id)).toEqual(want);
  await engine.start(id, signal);
  expect(await seen(id)).toEqual(want);
});

test('a mount below a mounted directory is neither seen nor written', async () => {
  const source = mkdtempSync('/srv/mcps-nested-');
  chmodSync(source, 0o755);
  const below = join(source, 'below');
  mkdirSync(below);
  mountTmpfs(below);
  try {
    writeFileSync(join(below, 'secret'), 'x');
    const look = 'test -e /m/below/secret && exit 3; touch /m/below/mine && exit 4; exit 0';
    const want = await aSpec({
      entrypoint: ['sh', '-c'],
      command: [look],
      mounts: [{ type: 'bind', source, target: '/m', readOnly: true, propagation: 'rprivate', recursive: false }],
    });
    const { id } = await engine.create(approved(want), signal);
    expect(await seen(id)).toEqual(want);
    expect(await exitCodeOf(id)).toBe(0);

    // The same without the option, so that this test cannot pass for another reason.
    const open = await aSpec({ ...pick(want), mounts: want.mounts.map((mount) => ({ ...mount, recursive: true })) });
    expectDifferences({ uid: open.identity.uid, what: ['Mount[/m].NonRecursive'] });
    allowDifferences({ uid: open.identity.uid, what: ['mountinfo[/m/below]'] });
    const { name, body } = toCreateRequest(open as LockedDownSpec); // the printer alone: no rule accepts this one
    const container = await rawDocker().createContainer({ name, ...body });
    expect(await exitCodeOf(container.id)).toBe(3);
  } finally {
    await removeAllOf(cluster);
    spawnSync('umount', [below]);
    rmSync(source, { recursive: true });
  }
});

const pick = ({ entrypoint, command }: ContainerSpec): Partial<ContainerSpec> => ({ entrypoint, command });

function mountTmpfs(path: string): void {
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', 'mode=1777,size=1m', 'tmpfs', path], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`mount: ${done.stderr}`);
}

async function exitCodeOf(id: string): Promise<number> {
  const container = rawDocker().getContainer(id);
  await container.start();
  const { StatusCode } = (await container.wait()) as { StatusCode: number }; // typed as any by dockerode
  return StatusCode;
}
