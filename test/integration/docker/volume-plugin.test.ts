// spec.workspace.medium Disk with a volume plugin that really bounds its volumes, on an engine of the test's own.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { aPolicy } from '../../support/judgement.ts';
import { type LoopVolumePlugin, startLoopVolumePlugin } from '../../support/loop-volume-plugin.ts';
import { createAttachmentRig } from './attachment-rig.ts';
import { type PrivateEngine, startPrivateEngine } from './private-engine.ts';

const PLUGIN = 'bounded';
let host: PrivateEngine;
let plugin: LoopVolumePlugin;
let rig: Awaited<ReturnType<typeof createAttachmentRig>>;

beforeAll(async () => {
  host = await startPrivateEngine({ nameServer: '192.0.2.53' });
  plugin = await startLoopVolumePlugin({
    socketPath: join(host.plugins, `${PLUGIN}.sock`),
    directory: host.directory,
    pid: host.pid,
  });
  rig = await createAttachmentRig(host.socketPath);
}, 120_000);
afterAll(async () => {
  await rig.close();
  for (const { Id } of await rig.docker.listContainers({ all: true })) {
    await rig.docker.getContainer(Id).remove({ force: true, v: true });
  }
  await plugin.close(); // while the engine, in whose mount namespace its volumes are, is there
  await host.stop();
}, 60_000);

const never = new AbortController().signal;
const byPlugin = aPolicy({ workspace: { volumePlugin: PLUGIN } });
const onDisk = { workspace: { medium: 'Disk' as const, sizeLimit: '16Mi', persistent: true } };

describe('a volume plugin that policy names', () => {
  test('holds a session to the size of its workspace, and the proof says who does', async () => {
    const life = await rig.live({ change: onDisk, policy: byPlugin });
    expect(await life.settle()).toMatchObject({ reason: 'Running' });
    expect(plugin.created).toContainEqual({ name: `mcps-${life.uid}`, options: { size: '16777216' } });
    const write = async (mebibytes: number) =>
      life.run('dd', 'if=/dev/zero', `of=/workspace/${mebibytes}`, 'bs=1M', `count=${mebibytes}`);
    expect(await write(4)).toMatchObject({ exitCode: 0 });
    expect(await write(32)).toMatchObject({
      exitCode: 1,
      text: expect.stringContaining('No space left on device') as string,
    });
    expect((await life.run('stat', '-c', '%u:%g %a', '/workspace')).text.trim()).toBe('1001:1001 770');
    const controls = life.session()?.status.isolation?.controls ?? [];
    expect(controls.find(({ id }) => id === 'workspace')).toMatchObject({ got: 'disk, 16Mi by bounded', ok: true });
    expect(life.ready()?.message).not.toContain('without a bound');

    life.change({ operatingMode: 'Suspended' });
    await life.settle();
    life.change({ operatingMode: 'Running' });
    await life.settle();
    expect((await life.run('ls', '/workspace')).text).toContain('4');
    life.delete();
    await life.settle();
    expect(await rig.engine.attachmentsOf(life.uid, never)).toEqual({ networks: [], workspaces: [] });
  });

  test('that the node does not have is told', async () => {
    const policy = aPolicy({ workspace: { volumePlugin: 'other' } });
    const life = await rig.live({ change: onDisk, policy });
    expect(await life.settle()).toMatchObject({
      reason: 'CreateRejected',
      message: expect.stringContaining('plugin "other" not found') as string,
    });
  });

  test('is listed by the engine, which does that only once it was used', async () => {
    expect((await rig.engine.facts(never)).volumeDrivers).toEqual([PLUGIN, 'local']);
  });
});
