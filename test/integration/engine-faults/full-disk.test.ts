// F19: the engine's disk is full. F22: its default bridge is gone.

import { rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { useFaultRig } from './rig.ts';

const rig = useFaultRig({ dataMebibytes: 200 });

test('F19: a full disk keeps new sessions waiting with the reason, lets others end, leaves nothing behind, and is recovered from', async () => {
  const runs = rig.put();
  await rig.until(runs, 'Running');
  const data = join(dirname(rig.engine.socketPath), 'data');
  const filler = join(data, 'filler');
  const { bavail, bsize } = await statfs(data);
  await writeFile(filler, Buffer.alloc(bavail * bsize)).catch(() => {}); // to the last byte
  const waits = rig.put();
  const told = await rig.until(waits, 'DockerUnavailable');
  expect(told.message).toContain('the disk of the engine is full: free space on it');
  rig.end(runs);
  expect(await rig.untilGone(runs)).toBeLessThan(30_000);
  await rm(filler);
  await rig.until(waits, 'Running');
  rig.end(waits);
  await rig.untilGone(waits);
  expect(await rig.containers()).toEqual([]);
}, 120_000);

test("F22: sessions need no default bridge, and the words of a container that does are the engine's own", async () => {
  await rig.engine.inNetwork(['ip', 'link', 'del', 'docker0']);
  const session = rig.put();
  await rig.until(session, 'Running');
  const stranger = await rig.engine.docker.createContainer({ Image: 'mcps.local/busybox:1', Cmd: ['sleep', '1'] });
  await expect(stranger.start()).rejects.toMatchObject({
    statusCode: 500,
    message: expect.stringContaining('docker0') as string,
  });
  await stranger.remove({ force: true });
  rig.end(session);
  await rig.untilGone(session);
});
