// F13: the engine stops answering without a word, and goes on later. F16: thousands of events that are not ours.

import { afterEach, expect, test } from 'vitest';
import { useFaultRig } from './rig.ts';

const rig = useFaultRig();
// Whatever a test found: the next one has an engine that answers.
afterEach(() => rig.engine.thaw());

test('F13: an engine that hangs is told within 20 s, status is served meanwhile, and everything goes on afterwards', async () => {
  const runs = rig.put();
  await rig.until(runs, 'Running');
  const before = await rig.containers();
  rig.engine.freeze();
  const created = rig.put();
  const doomed = rig.put();
  const told = await rig.until(runs, 'DockerUnavailable', 30_000);
  expect(told.ms).toBeLessThan(20_000 + 5_000); // on a busy machine
  expect(told.message).toContain('the Docker Engine hangs');
  await rig.until(created, 'DockerUnavailable', 20_000);
  rig.end(doomed);
  await new Promise((resolve) => setTimeout(resolve, 5_000)); // the hang itself
  rig.engine.thaw();
  await rig.until(runs, 'Running');
  await rig.until(created, 'Running');
  await rig.untilGone(doomed);
  expect((await rig.containers()).filter(({ id }) => id === before[0]?.id)).toEqual(before);
  expect((await rig.containers()).length).toBe(2);
  rig.end(runs);
  rig.end(created);
  await rig.untilGone(runs);
  await rig.untilGone(created);
}, 120_000);

test('F16: thousands of events of others keep no session waiting', async () => {
  const image = rig.engine.docker.getImage('mcps.local/busybox:1');
  const flood = (async () => {
    for (let count = 0; count < 2_500; count += 1) {
      await image.tag({ repo: 'mcps.local/flood', tag: String(count % 10) });
      await rig.engine.docker.getImage(`mcps.local/flood:${count % 10}`).remove();
    }
  })();
  const session = rig.put();
  await rig.until(session, 'Running', 30_000);
  await flood;
  const removed = await rig.containers();
  await rig.engine.docker.getContainer(removed[0]?.id ?? '').remove({ force: true });
  await rig.until(session, 'ContainerLost', 30_000).catch(() => rig.until(session, 'Exited', 1_000));
  rig.end(session);
  await rig.untilGone(session);
}, 120_000);
