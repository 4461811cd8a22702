import { expect, test } from 'vitest';

import { orAborted, withDeadline } from '../../../src/process/deadline.ts';

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('work that takes too long is aborted with what it was', async () => {
  const { signal } = new AbortController();
  await expect(withDeadline({ ms: 5, what: 'closing the server' }, untilAborted, signal)).rejects.toMatchObject({
    kind: 'timeout',
    message: 'closing the server did not finish within 5 ms',
  });
});

test.each(['before', 'during'])('an abort %s the work reaches it with its reason', async (when) => {
  const stop = new AbortController();
  if (when === 'before') stop.abort(new Error('stop'));
  const act = (signal: AbortSignal) => orAborted(new Promise<never>(() => {}), signal);
  const work = withDeadline({ ms: 5_000, what: 'x' }, act, stop.signal);
  stop.abort(new Error('stop'));
  await expect(work).rejects.toThrow('stop');
});

test('what settles first counts', async () => {
  const stop = new AbortController();
  expect(await orAborted(Promise.resolve(1), stop.signal)).toBe(1);
  await expect(orAborted(Promise.reject(new Error('broken')), stop.signal)).rejects.toThrow('broken');
});
