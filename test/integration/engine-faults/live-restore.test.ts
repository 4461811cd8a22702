// F12 with live-restore: containers run on without their engine, and sessions with them.

import { expect, test } from 'vitest';
import { useFaultRig } from './rig.ts';

const rig = useFaultRig({ liveRestore: true });

test('F12: with live-restore a killed engine ends nothing: the same container is Running again', async () => {
  const session = rig.put();
  await rig.until(session, 'Running');
  const before = await rig.containers();
  await rig.engine.kill();
  await rig.until(session, 'DockerUnavailable', 15_000);
  await rig.engine.start();
  await rig.until(session, 'Running');
  expect(await rig.containers()).toEqual(before);
  expect(rig.now(session)?.status.restartCount ?? 0).toBe(0);
  rig.end(session);
  await rig.untilGone(session);
  expect(await rig.containers()).toEqual([]);
});
