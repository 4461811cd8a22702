// Host paths against the real engine and the real kernel: what was judged before the create against what the container got.
// Every swap is done between the check and the start, as somebody would who can rename a directory above the path.

import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import { createHostPaths } from '../../../src/docker/host-paths.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { engineSocket, newClusterId, rawDocker, removeAllOf } from '../../support/docker.ts';
import { aSessionContainer, lockedDown } from '../../support/docker.ts';
import { aPolicy } from '../../support/judgement.ts';
import { allowDifferences } from '../../support/oracle/run.ts';
import { hostMountRig } from './host-mount-rig.ts';

const cluster = newClusterId();
const never = new AbortController().signal;
const sessionInitFile = join(import.meta.dirname, '../../../dist/init');
const engine = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName: 'node-1', sessionInitFile });
const hostPaths = createHostPaths();
let base = '';

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'mcps-mounts-'));
  await mkdir(join(base, 'tenant/data'), { recursive: true });
  await writeFile(join(base, 'tenant/data/file'), 'judged');
  await mkdir(join(base, 'other/data'), { recursive: true });
  await writeFile(join(base, 'other/data/file'), 'never judged');
});
afterEach(async () => {
  await removeAllOf(cluster);
  await rm(base, { recursive: true, force: true });
});
afterAll(async () => {
  await engine.inits.closeAll();
  await removeAllOf(cluster);
});

async function started(source: string, target = '/data') {
  const bind = { type: 'bind', source, target, readOnly: true, propagation: 'rprivate', recursive: false };
  const { id } = await engine.create(
    lockedDown(await aSessionContainer({ cluster, nodeName: 'node-1', change: { mounts: [bind] } })),
    never,
  );
  await engine.start(id, never);
  const found = await engine.inspect(id, never);
  if (found?.ours !== true || found.container.pid === null) throw new Error('the container does not run');
  return { id, pid: found.container.pid };
}

test('the container has the very object that was judged', async () => {
  const [judged] = await hostPaths.resolve([join(base, 'tenant/data')], never);
  const container = await started(judged?.resolved ?? '');
  const found = await hostPaths.inContainer({ ...container, targets: ['/data', '/nothing'] }, never);
  expect(found).toEqual({
    seen: true,
    mounts: [
      { target: '/data', identity: judged?.identity },
      { target: '/nothing', identity: null },
    ],
  });
});

test('a target that is a link in the container is followed inside the container', async () => {
  const [judged] = await hostPaths.resolve([join(base, 'tenant/data')], never);
  const container = await started(judged?.resolved ?? '', '/data');
  const found = await hostPaths.inContainer({ ...container, targets: ['/proc/1/root/data/../data'] }, never);
  expect(found).toMatchObject({ seen: true, mounts: [{ identity: judged?.identity }] });
});

test('a container that has ended is told apart from one that cannot be seen', async () => {
  const container = await started(join(base, 'tenant/data'));
  await rawDocker().getContainer(container.id).kill();
  const ended = { ...container, targets: ['/data'] };
  const outcome = await hostPaths.inContainer(ended, never).catch((thrown: { kind?: string }) => thrown);
  expect(outcome).toSatisfy(
    (seen: { seen?: boolean; kind?: string }) => seen.seen === false || seen.kind === 'not-found',
  );
});

test('the process of another container is not taken for this one', async () => {
  const [one, other] = [await started(join(base, 'tenant/data')), await started(join(base, 'other/data'))];
  const found = await hostPaths.inContainer({ id: one.id, pid: other.pid, targets: ['/data'] }, never);
  expect(found).toMatchObject({ seen: false });
  const ours = await hostPaths.inContainer({ id: one.id, pid: process.pid, targets: ['/data'] }, never);
  expect(ours).toMatchObject({ seen: false });
});

const swaps: readonly { readonly name: string; readonly swap: (at: string) => Promise<void> }[] = [
  { name: 'nothing', swap: async () => {} },
  {
    name: 'the directory itself by another',
    swap: async (at) => {
      await rename(join(at, 'tenant/data'), join(at, 'tenant/kept'));
      await rename(join(at, 'other/data'), join(at, 'tenant/data'));
    },
  },
  {
    name: 'the directory by a link to another',
    swap: async (at) => {
      await rename(join(at, 'tenant/data'), join(at, 'tenant/kept'));
      await symlink(join(at, 'other/data'), join(at, 'tenant/data'));
    },
  },
  {
    name: 'the directory by a link to the keys of the node',
    swap: async (at) => {
      await rename(join(at, 'tenant/data'), join(at, 'tenant/kept'));
      await symlink('/etc/ssl', join(at, 'tenant/data'));
    },
  },
  {
    name: 'the parent by another',
    swap: async (at) => {
      await rename(join(at, 'tenant'), join(at, 'kept'));
      await rename(join(at, 'other'), join(at, 'tenant'));
    },
  },
  {
    name: 'the parent by a link to another',
    swap: async (at) => {
      await rename(join(at, 'tenant'), join(at, 'kept'));
      await symlink(join(at, 'other'), join(at, 'tenant'));
    },
  },
  {
    name: 'the directory by a new one of the same name',
    swap: async (at) => {
      await rm(join(at, 'tenant/data'), { recursive: true });
      await mkdir(join(at, 'tenant/data'));
    },
  },
];

test.each(swaps)('K-30: $name is swapped between check and start', async ({ name, swap }) => {
  const uid = randomUUID();
  allowDifferences({ uid, what: ['mountinfo[/data]'] }); // until it is ended
  const rig = await hostMountRig({
    engine,
    cluster,
    uid,
    clock: systemClock,
    hostPaths,
    mount: { hostPath: join(base, 'tenant/data'), target: '/data' },
    beforeCreate: () => swap(base),
  });
  const ready = await rig.settle();
  if (name === 'nothing') {
    expect(ready).toMatchObject({ status: 'True', reason: 'Running' });
    const proof = rig.status().isolation?.controls.find(({ id }) => id === 'hostPaths');
    expect(proof).toMatchObject({ ok: true, want: expect.stringContaining('inode'), got: proof?.want });
    return;
  }
  expect(ready).toMatchObject({ status: 'False', reason: 'IsolationFailed' });
  expect(ready.message).toMatch(/^\[MCPS-212\] spec\.mounts\[0\]\.hostPath: host path changed after the check/);
  expect(await engine.list(never)).toEqual([]);
});

/** Processes below PID 1 of a container. */
const childrenOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();

test.each(swaps)(
  'K-30: no program of the session runs before the directory is compared: $name',
  async ({ name, swap }) => {
    const uid = randomUUID();
    allowDifferences({ uid, what: ['mountinfo[/data]'] }); // until it is ended
    const atLook: string[] = [];
    let pidOfRun = 0;
    const rig = await hostMountRig({
      engine,
      cluster,
      uid,
      clock: systemClock,
      hostPaths: {
        ...hostPaths,
        inContainer: async (container, signal) => {
          pidOfRun = container.pid;
          atLook.push(await childrenOf(container.pid));
          return hostPaths.inContainer(container, signal);
        },
      },
      mount: { hostPath: join(base, 'tenant/data'), target: '/data' },
      change: { sessionInit: 'Enabled', command: ['sleep', '600'] },
      beforeCreate: () => swap(base),
    });
    const ready = await rig.settle();
    expect(atLook).toEqual(['']);
    expect(ready.reason).toBe(name === 'nothing' ? 'Running' : 'IsolationFailed');
    if (name === 'nothing') expect(await childrenOf(pidOfRun)).toMatch(/^\d+$/);
    else expect(await engine.list(never)).toEqual([]);
  },
);

test('K-30: a controller that does not see the processes of the node refuses host paths', async () => {
  const rig = await hostMountRig({
    engine,
    cluster,
    uid: randomUUID(),
    clock: systemClock,
    hostPaths: createHostPaths({ processes: join(base, 'no-processes') }),
    mount: { hostPath: join(base, 'tenant/data'), target: '/data' },
    beforeCreate: async () => {},
  });
  const ready = await rig.settle();
  expect(ready).toMatchObject({ status: 'False', reason: 'IsolationFailed' });
  expect(ready.message).toContain('not among the processes here');
  expect(await engine.list(never)).toEqual([]);
});

test('K-30: a link below an allowed root that leads out of it is refused where it leads', async () => {
  await symlink(join(base, 'other/data'), join(base, 'tenant/link'));
  const policy = aPolicy({ mounts: { allowedRoots: [join(base, 'tenant')] } });
  const rigAt = (path: string) =>
    hostMountRig({
      engine,
      cluster,
      uid: randomUUID(),
      clock: systemClock,
      hostPaths,
      mount: { hostPath: join(base, path), target: '/data' },
      policy,
      beforeCreate: async () => {},
    });
  const ready = await (await rigAt('tenant/link')).settle();
  expect(ready).toMatchObject({ status: 'False', reason: 'PolicyRejected' });
  expect(ready.message).toContain('is not below policy mounts.allowedRoots');
  expect(await engine.list(never)).toEqual([]);
  expect(await (await rigAt('tenant/data')).settle()).toMatchObject({ status: 'True', reason: 'Running' });
});

test('S0.C1.12: a link below a harmless name to a system directory is refused where it leads', async () => {
  await symlink('/etc', join(base, 'tenant/innocent'));
  const rig = await hostMountRig({
    engine,
    cluster,
    uid: randomUUID(),
    clock: systemClock,
    hostPaths,
    mount: { hostPath: join(base, 'tenant/innocent'), target: '/data' },
    beforeCreate: async () => {},
  });
  const ready = await rig.settle();
  expect(ready).toMatchObject({ status: 'False', reason: 'PolicyRejected' });
  expect(ready.message).toContain('MCPS-917');
  expect(await engine.list(never)).toEqual([]);
});
