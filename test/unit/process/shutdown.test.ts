import { EventEmitter } from 'node:events';

import { expect, test } from 'vitest';

import { isFault } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createShutdown } from '../../../src/process/shutdown.ts';

function setUp(deadlineMs = 1000) {
  const source = new EventEmitter();
  const exits: number[] = [];
  const shutdown = createShutdown({ source, exit: (code) => exits.push(code), log: silentLog, deadlineMs });
  return { source, exits, shutdown };
}

test('the first signal aborts with a reason, the second one ends the process', () => {
  const { source, exits, shutdown } = setUp();
  source.emit('SIGTERM');
  expect(isFault(shutdown.signal.reason, 'cancelled')).toBe(true);
  expect(exits).toEqual([]);
  source.emit('SIGINT');
  expect(exits).toEqual([130]);
});

test('the first signal during a stop of our own does not cut the closers short', () => {
  const { source, exits, shutdown } = setUp();
  shutdown.request('a program failed');
  source.emit('SIGTERM');
  expect(exits).toEqual([]);
  source.emit('SIGTERM');
  expect(exits).toEqual([143]);
});

test('closers run in reverse order, and one that fails does not stop the others', async () => {
  const { shutdown, source } = setUp();
  const closed: string[] = [];
  const closer = (name: string) => async () => void closed.push(name);
  shutdown.onClose('first', closer('first'));
  shutdown.onClose('broken', () => Promise.reject(new Error('broken')));
  shutdown.onClose('last', closer('last'));
  await shutdown.close();
  expect(closed).toEqual(['last', 'first']);
  expect(shutdown.signal.aborted).toBe(true);
  expect(source.listenerCount('SIGTERM')).toBe(0);
});

test('a closer that hangs is left behind at the deadline', async () => {
  const { shutdown } = setUp(20);
  let isAborted = false;
  shutdown.onClose('hanging', (signal) => {
    signal.addEventListener('abort', () => {
      isAborted = true;
    });
    return new Promise(() => {});
  });
  await shutdown.close();
  expect(isAborted).toBe(true);
});
