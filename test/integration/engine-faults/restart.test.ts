// F12, F21: the engine or its containerd is killed and comes back, without live-restore: every container ends with it.

import { expect, test } from 'vitest';
import { useFaultRig } from './rig.ts';

const rig = useFaultRig();

test('F12: a killed engine is told, and when it is back a session is lost or made anew, as failurePolicy says', async () => {
  const retained = rig.put({ failurePolicy: 'Retain' });
  const recreated = rig.put({ failurePolicy: 'Recreate' });
  await rig.until(retained, 'Running');
  await rig.until(recreated, 'Running');
  await rig.engine.kill();
  const away = await rig.until(retained, 'DockerUnavailable', 15_000);
  expect(away.message).toContain('the session waits and is looked at again');
  await rig.engine.start();
  await rig.until(recreated, 'Running');
  const ended = rig.now(retained)?.status.conditions?.find(({ type }) => type === 'Ready')?.reason;
  expect(['Exited', 'ContainerLost']).toContain(ended);
  expect(rig.now(recreated)?.status.restartCount).toBe(1);
  rig.end(retained);
  rig.end(recreated);
  await rig.untilGone(retained);
  await rig.untilGone(recreated);
  expect(await rig.containers()).toEqual([]);
});

test('F21: a killed containerd is started again by the engine, and sessions start and end as before', async () => {
  const before = rig.put({ failurePolicy: 'Recreate' });
  await rig.until(before, 'Running');
  await rig.engine.killContainerd();
  const after = rig.put();
  await rig.until(after, 'Running', 50_000);
  await rig.until(before, 'Running', 50_000);
  rig.end(before);
  rig.end(after);
  await rig.untilGone(before);
  await rig.untilGone(after);
  expect(await rig.containers()).toEqual([]);
});
