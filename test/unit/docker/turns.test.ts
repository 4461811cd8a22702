import { expect, test } from 'vitest';

import { createTurns } from '../../../src/docker/turns.ts';

const never = new AbortController().signal;
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('a later one ends the earlier with a conflict; others go on', async () => {
  const turns = createTurns();
  const first = turns.take({ key: 'a', what: 'the output' }, untilAborted, never);
  const other = turns.take({ key: 'b', what: 'the output' }, async () => 'done', never);
  const second = turns.take({ key: 'a', what: 'the output' }, async () => 'mine', never);
  await expect(first).rejects.toMatchObject({ kind: 'conflict', message: 'somebody else follows the output now' });
  expect(await second).toBe('mine');
  expect(await other).toBe('done');
});

test('the caller ends his own with cancelled', async () => {
  const turns = createTurns();
  const mine = turns.take({ key: 'a', what: 'it' }, untilAborted, AbortSignal.timeout(1));
  await expect(mine).rejects.toMatchObject({ kind: 'cancelled' });
  const late = turns.take({ key: 'a', what: 'it' }, async (signal) => signal.throwIfAborted(), AbortSignal.abort());
  await expect(late).rejects.toMatchObject({ kind: 'cancelled' });
});
