import { expect, test } from 'vitest';
import { untilSilent } from '../../../src/kube/until-silent.ts';
import { orAborted } from '../../../src/process/deadline.ts';
import { createManualClock } from '../process/manual-clock.ts';

const never = new Promise<never>(() => {});

test('work that says nothing for too long is ended, and each sign of life gives it the whole time again', async () => {
  const clock = createManualClock();
  let sign = (): void => {};
  let ended = '';
  const work = untilSilent(
    { idleMs: 100, what: 'the watch', clock },
    (alive, signal) => {
      sign = alive;
      return orAborted(never, signal);
    },
    new AbortController().signal,
  ).catch((thrown: Error) => {
    ended = thrown.message;
  });
  await clock.advance(60);
  sign();
  await clock.advance(60);
  expect(ended).toBe('');
  await clock.advance(40);
  await work;
  expect(ended).toBe('the watch: nothing heard for 100 ms');
});

test('nothing is waited for once the work has ended', async () => {
  const clock = createManualClock();
  await untilSilent({ idleMs: 100, what: 'x', clock }, async () => {}, new AbortController().signal);
  await clock.advance(0);
  expect(clock.sleepers).toBe(0);
});
