// spec.workspace.medium Disk on the real engine: who owns it, what survives what, and what is refused where nothing bounds it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createEngineClient, type EngineClient } from '../../../src/docker/engine-client.ts';
import { createWorkspaces } from '../../../src/docker/workspaces.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { aPolicy } from '../../support/judgement.ts';
import { engineSocket, rawDocker } from '../../support/docker.ts';
import { createAttachmentRig, type Life } from './attachment-rig.ts';

let rig: Awaited<ReturnType<typeof createAttachmentRig>>;
beforeAll(async () => void (rig = await createAttachmentRig()));
afterAll(() => rig.close());

const never = new AbortController().signal;
const unbounded = aPolicy({ workspace: { unboundedDisk: true } });
const onDisk = (persistent = false) => ({ workspace: { medium: 'Disk' as const, persistent } });
const volumeOf = async ({ uid }: Life) => (await rig.engine.attachmentsOf(uid, never)).workspaces[0] ?? null;

async function running(persistent = false): Promise<Life> {
  const life = await rig.live({ change: onDisk(persistent), policy: unbounded });
  expect(await life.settle()).toMatchObject({ status: 'True', reason: 'Running' });
  return life;
}

test('an engine without quotas refuses a workspace on disk with the reason, and nothing is made', async () => {
  const life = await rig.live({ change: onDisk() });
  expect(await life.settle()).toMatchObject({
    status: 'False',
    reason: 'PolicyRejected',
    message: expect.stringContaining('enforces no disk quota, and policy workspace.unboundedDisk is false') as string,
  });
  expect(await volumeOf(life)).toBeNull();
});

test('the engine says that it has no quota, and refuses a volume with a size', async () => {
  expect(await rig.engine.facts(never)).toMatchObject({ diskQuota: false, volumeDrivers: ['local'] });
  const life = await rig.live({ change: onDisk(), facts: { diskQuota: true } });
  expect(await life.settle()).toMatchObject({
    reason: 'CreateRejected',
    message: expect.stringContaining('quota size requested but no quota support') as string,
  });
  expect(await volumeOf(life)).toBeNull();
});

describe('where policy allows disk without a bound', () => {
  test('the directory belongs to the session alone, is on disk, and status says that nothing bounds it', async () => {
    const life = await rig.live({ change: { ...onDisk(), user: { uid: 3_000_001, gid: 2002 } }, policy: unbounded });
    expect(await life.settle()).toMatchObject({
      reason: 'Running',
      message: expect.stringContaining('the workspace is on disk without a bound') as string,
    });
    expect((await life.run('stat', '-c', '%u:%g %a', '/workspace')).text.trim()).toBe('3000001:2002 770');
    expect(await life.run('sh', '-c', 'echo data >/workspace/a && mkdir /workspace/b')).toMatchObject({ exitCode: 0 });
    expect((await life.run('grep', ' /workspace ', '/proc/mounts')).text).not.toContain('tmpfs');
    expect((await life.run('id')).text).toContain('uid=3000001');
    const controls = life.session()?.status.isolation?.controls ?? [];
    expect(controls.find(({ id }) => id === 'workspace')).toEqual({
      id: 'workspace',
      want: 'disk, unbounded',
      got: 'disk, unbounded',
      ok: true,
    });
  });

  test('what is in it goes with the container, and with the session', async () => {
    const life = await running();
    await life.run('sh', '-c', 'echo data >/workspace/a');
    life.change({ operatingMode: 'Suspended' });
    await life.settle();
    expect(await volumeOf(life)).toBeNull();
    life.change({ operatingMode: 'Running' });
    await life.settle();
    expect((await life.run('ls', '/workspace')).text).toBe('');
    life.delete();
    await life.settle();
    expect([life.session(), await volumeOf(life)]).toEqual([null, null]);
  });

  test('one that persists is kept across suspension, a lost container and another controller, and goes with the session', async () => {
    const life = await rig.live({ change: { ...onDisk(true), failurePolicy: 'Recreate' }, policy: unbounded });
    await life.settle();
    await life.run('sh', '-c', 'echo data >/workspace/a');
    const read = async () => (await life.run('cat', '/workspace/a')).text.trim();

    life.change({ operatingMode: 'Suspended' });
    await life.settle();
    expect(await volumeOf(life)).not.toBeNull();
    life.change({ operatingMode: 'Running' });
    await life.settle();
    expect(await read()).toBe('data');

    await rawDocker().getContainer(life.containerId()).remove({ force: true, v: true });
    await life.restart();
    await life.settle();
    expect(await read()).toBe('data');
    expect((await life.run('sh', '-c', 'echo more >/workspace/b')).exitCode).toBe(0);

    life.delete();
    await life.settle();
    expect([life.session(), await volumeOf(life)]).toEqual([null, null]);
  });

  test('a controller that is killed at any step leaves nothing behind, and no second volume', async () => {
    for (let looks = 2; looks <= 9; looks += 1) {
      const life = await rig.live({ change: onDisk(), policy: unbounded });
      for (let look = 0; look < looks; look += 1) await life.look();
      await life.restart();
      expect(await life.settle()).toMatchObject({ reason: 'Running' });
      expect((await life.run('touch', '/workspace/a')).exitCode).toBe(0);
      life.delete();
      await life.settle();
      expect([looks, life.session(), await volumeOf(life)]).toEqual([looks, null, null]);
    }
  });

  test('the container that gives the directory its owner is never started, and one that a kill left behind is in nobody’s way', async () => {
    const life = await rig.live({ change: onDisk(), policy: unbounded });
    const client = createEngineClient({ socketPath: engineSocket() });
    const killed: EngineClient = {
      ...client,
      call: (name, request, signal) =>
        name === 'containerRemove' ? Promise.reject(new Error('killed')) : client.call(name, request, signal),
    };
    const home = { cluster: rig.cluster, nodeName: 'node-1' };
    const identity = { cluster: home.cluster, node: 'node-1', uid: life.uid, namespace: 'team-a', name: 'hello' };
    const wanted = { driver: 'local', sizeBytes: null, persistent: false, uid: 1001, gid: 1001 };
    const spec = { ...wanted, name: `mcps-${life.uid}`, identity: { ...identity, instanceGeneration: 1 } };
    await expect(createWorkspaces({ client: killed, home }).prepare(spec, never)).rejects.toThrow('killed');
    const left = rawDocker().getContainer(`mcps-${life.uid}-workspace`);
    const { Id, State } = await left.inspect();
    expect(State).toMatchObject({ Status: 'created', StartedAt: '0001-01-01T00:00:00Z' });
    expect(await life.settle()).toMatchObject({ reason: 'Running' });
    await expect(rawDocker().getContainer(Id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test('a foreign volume of that name is left alone and told', async () => {
    const life = await rig.live({ change: onDisk(), policy: unbounded });
    await rawDocker().createVolume({ Name: `mcps-${life.uid}` });
    try {
      expect(await life.settle()).toMatchObject({
        reason: 'CreateRejected',
        message: expect.stringContaining('has the name of this session but not its labels') as string,
      });
    } finally {
      await rawDocker().getVolume(`mcps-${life.uid}`).remove();
    }
  });

  test('a policy that is tightened ends what runs without a bound', async () => {
    const life = await running();
    await life.restart(defaultPolicy());
    expect(await life.settle()).toMatchObject({
      reason: 'IsolationFailed',
      message: expect.stringContaining('enforces no disk quota') as string,
    });
    expect(await volumeOf(life)).toBeNull();
  });
});
