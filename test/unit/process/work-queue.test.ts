import { expect, test } from 'vitest';

import { OperatorError } from '../../../src/lib/errors.ts';
import { createWorkQueue, type WorkQueueOptions } from '../../../src/process/work-queue.ts';
import { createManualClock, settle } from './manual-clock.ts';

type Outcome = { readonly requeueAfterMs: number | null } | Error;

interface Look {
  readonly key: string;
  readonly signal: AbortSignal;
  finish(outcome?: Outcome): Promise<void>;
}

function start(change: Partial<WorkQueueOptions> = {}) {
  const clock = createManualClock();
  const looks: Look[] = [];
  const errors: { key: string; kind: string; retryInMs: number }[] = [];
  const stop = new AbortController();
  const queue = createWorkQueue({
    concurrency: 2,
    process: (key, signal) =>
      new Promise((resolve, reject) => {
        const finish = (outcome: Outcome = { requeueAfterMs: null }) => {
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
          return settle();
        };
        looks.push({ key, signal, finish });
      }),
    clock,
    random: () => 1,
    onError: (key, error, retryInMs) => errors.push({ key, kind: error.kind, retryInMs }),
    ...change,
  });
  const running = queue.run(stop.signal);
  const look = (index: number): Look => {
    const found = looks[index];
    if (found === undefined) throw new Error(`no look number ${index}`);
    return found;
  };
  const keys = () => looks.map(({ key }) => key);
  return { clock, queue, look, keys, errors, stop, running };
}

test('a key added three times while it waits is looked at once', () => {
  const { queue, keys } = start({ concurrency: 1 });
  queue.add('busy');
  for (let i = 0; i < 3; i += 1) queue.add('a');
  expect(keys()).toEqual(['busy']);
  expect(queue.counts()).toEqual({ queued: 1, running: 1, scheduled: 0, known: 2, failing: 0, nextDueMs: null });
});

test('keys are looked at in the order they came, not more than the concurrency at a time', async () => {
  const { queue, keys, look } = start();
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
  expect(keys()).toEqual(['a', 'b']);
  await look(0).finish();
  expect(keys()).toEqual(['a', 'b', 'c']);
});

test('a key added while it is looked at is looked at again, never twice at the same time', async () => {
  const { queue, keys, look } = start();
  queue.add('a');
  queue.add('a');
  queue.add('a');
  expect(keys()).toEqual(['a']);
  await look(0).finish();
  expect(keys()).toEqual(['a', 'a']);
  await look(1).finish();
  expect(keys()).toEqual(['a', 'a']);
});

test('a key that wants another look at once is still looked at by one at a time', async () => {
  const { queue, look, keys } = start();
  queue.add('a');
  await look(0).finish({ requeueAfterMs: 0 });
  expect(keys()).toEqual(['a', 'a']);
  queue.add('a');
  expect(keys()).toEqual(['a', 'a']);
  await look(1).finish();
  expect(keys()).toEqual(['a', 'a', 'a']);
});

test('a wish to look again later is kept, and a look in between cancels it', async () => {
  const { clock, queue, keys, look } = start();
  queue.add('a');
  await look(0).finish({ requeueAfterMs: 1000 });
  expect(queue.counts()).toEqual({ queued: 0, running: 0, scheduled: 1, known: 1, failing: 0, nextDueMs: 1000 });
  await clock.advance(999);
  expect(keys()).toEqual(['a']);
  queue.add('a');
  await look(1).finish();
  await clock.advance(5000);
  expect(keys()).toEqual(['a', 'a']);
  expect(clock.sleepers).toBe(0);
});

test('of several delays the earliest counts, with one timer per key', async () => {
  const { clock, queue, keys } = start();
  queue.addAfter('a', 500);
  queue.addAfter('a', 100);
  queue.addAfter('a', 900);
  expect(clock.sleepers).toBe(1);
  await clock.advance(100);
  expect(keys()).toEqual(['a']);
});

test('failures wait 5, 10, 20 ms and so on, and a success starts over', async () => {
  const { clock, queue, look, errors } = start();
  queue.add('a');
  for (const [index, waitMs] of [5, 10, 20].entries()) {
    await look(index).finish(new OperatorError('conflict', 'busy'));
    await clock.advance(waitMs);
  }
  expect(errors.map(({ retryInMs }) => retryInMs)).toEqual([5, 10, 20]);
  expect(queue.counts().failing).toBe(1);
  await look(3).finish();
  queue.add('a');
  await look(4).finish(new Error('once more'));
  expect(errors.at(-1)).toEqual({ key: 'a', kind: 'internal', retryInMs: 5 });
});

test('a fault that says when to come back is asked no sooner', async () => {
  const { queue, look, errors } = start();
  queue.add('a');
  await look(0).finish(new OperatorError('unavailable', 'starting', { retryAfterSeconds: 3 }));
  expect(errors).toEqual([{ key: 'a', kind: 'unavailable', retryInMs: 3000 }]);
});

test('a change during a failing look does not skip the backoff', async () => {
  const { clock, queue, look, keys } = start();
  queue.add('a');
  queue.add('a');
  await look(0).finish(new OperatorError('unavailable', 'away'));
  expect(keys()).toEqual(['a']);
  await clock.advance(5);
  expect(keys()).toEqual(['a', 'a']);
});

test('events never make a failing key looked at more than twice a second, and cut a long wait short to that', async () => {
  const { clock, queue, look, keys } = start();
  queue.add('a');
  for (let failures = 0; failures < 12; failures += 1) {
    await look(failures).finish(new OperatorError('unavailable', 'away'));
    if (failures < 11) await clock.advance(60_000);
  }
  const before = keys().length;
  for (let ms = 0; ms < 2_000; ms += 10) {
    queue.add('a');
    await clock.advance(10);
    if (keys().length > before) await look(keys().length - 1).finish(new OperatorError('unavailable', 'away'));
  }
  expect(keys().length - before).toBeGreaterThanOrEqual(3);
  expect(keys().length - before).toBeLessThanOrEqual(4);
});

test('a key with nothing left to do is forgotten', async () => {
  const { queue, look } = start();
  for (let i = 0; i < 100; i += 1) {
    queue.add(`key-${i}`);
    await look(i).finish();
  }
  expect(queue.counts()).toEqual({ queued: 0, running: 0, scheduled: 0, known: 0, failing: 0, nextDueMs: null });
  expect(queue.isIdle()).toBe(true);
});

test('stopping waits for the looks under way and starts no others', async () => {
  const { queue, look, keys, stop, running } = start({ concurrency: 1 });
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 10);
  let ended = false;
  void running.then(() => {
    ended = true;
  });
  stop.abort(new Error('stop'));
  await settle();
  expect(ended).toBe(false);
  expect(look(0).signal.aborted).toBe(false);
  await look(0).finish();
  expect(ended).toBe(true);
  expect(keys()).toEqual(['a']);
});

test('a look that outlasts the drain time gets its signal aborted', async () => {
  const { clock, queue, look, stop, running, errors } = start({ drainMs: 1000 });
  queue.add('a');
  stop.abort(new Error('stop'));
  await clock.advance(1000);
  expect(look(0).signal.aborted).toBe(true);
  await look(0).finish(new Error('interrupted'));
  await running;
  expect(errors).toEqual([]);
});

test('tells depth and outcome to the metrics', async () => {
  const seen: unknown[] = [];
  const metrics = { depth: (queued: number) => seen.push(queued), processed: (result: unknown) => seen.push(result) };
  const { clock, queue, look } = start({ concurrency: 1, metrics });
  queue.add('a');
  await clock.advance(20);
  await look(0).finish();
  expect(seen).toEqual([1, 0, { outcome: 'ok', durationMs: 20 }]);
});

test('a long line of keys with nothing to do leaves turns of the event loop to others', async () => {
  let looks = 0;
  const looksAtTurns: number[] = [];
  const process = async () => {
    looks += 1;
    return { requeueAfterMs: null };
  };
  const { queue, stop, running } = start({ process });
  const seenAll = Promise.withResolvers<void>();
  const count = (): void => {
    looksAtTurns.push(looks);
    if (looks < 1_000) setImmediate(count);
    else seenAll.resolve();
  };
  setImmediate(count);
  for (let index = 0; index < 1_000; index += 1) queue.add(`key-${index}`);
  await seenAll.promise;
  const steps = looksAtTurns.map((seen, index) => seen - (looksAtTurns[index - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(100);
  expect(queue.isIdle()).toBe(true);
  stop.abort();
  await running;
});
