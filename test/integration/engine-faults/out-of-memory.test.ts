// F18: a program that needs more memory than its session has. (Processes: container-access.contract.ts; disk: session-init.test.ts.)

import { expect, test } from 'vitest';
import { useFaultRig } from './rig.ts';

const rig = useFaultRig({ sharedEngine: true });

test('the kernel ends the program, the session says so for good, and its neighbours know nothing of it', async () => {
  const neighbour = rig.put();
  await rig.until(neighbour, 'Running');
  const greedy = rig.put({
    command: ['sh', '-c', 'sleep 1; x=a; while :; do x=$x$x; done'],
    resources: { memory: '128Mi' },
    workspace: { sizeLimit: '16Mi' },
    tmpfs: [],
  });
  const told = await rig.until(greedy, 'OOMKilled', 60_000);
  expect(told.message).toContain('it needed more than resources.memory');
  expect(rig.now(greedy)?.status.finishedAt).toBeDefined();
  await rig.until(neighbour, 'Running', 1_000);
  rig.end(greedy);
  rig.end(neighbour);
  await rig.untilGone(greedy);
  await rig.untilGone(neighbour);
});
