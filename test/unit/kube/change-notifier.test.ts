import { expect, test } from 'vitest';

import { createChangeNotifier } from '../../../src/kube/change-notifier.ts';
import { silentLog } from '../../../src/ports/log.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('a key is handed over once per turn, however often it changed, and again when it changes later', async () => {
  const told: string[] = [];
  const notifier = createChangeNotifier((key) => told.push(key), silentLog);
  for (const key of ['a', 'b', 'a']) notifier.changed(key);
  expect(told).toEqual([]);
  await turn();
  expect(told).toEqual(['a', 'b']);
  notifier.changed('a');
  await turn();
  expect(told).toEqual(['a', 'b', 'a']);
});

test('thousands of keys are handed over in parts, in the order in which they changed', async () => {
  const told: string[] = [];
  const notifier = createChangeNotifier((key) => told.push(key), silentLog);
  const keys = Array.from({ length: 1_200 }, (_, index) => `key-${index}`);
  for (const key of keys) notifier.changed(key);
  const counts: number[] = [];
  while (told.length < keys.length && counts.length < 10) {
    await turn();
    counts.push(told.length);
  }
  expect(counts).toEqual([500, 1_000, 1_200]);
  expect(told).toEqual(keys);
});

test('nothing is handed over after the stop, and a receiver that throws keeps nobody else waiting', async () => {
  const told: string[] = [];
  const notifier = createChangeNotifier((key) => {
    told.push(key);
    if (key === 'bad') throw new Error('no');
  }, silentLog);
  for (const key of ['bad', 'good']) notifier.changed(key);
  await turn();
  expect(told).toEqual(['bad', 'good']);
  notifier.changed('late');
  notifier.stop();
  await turn();
  expect(told).toEqual(['bad', 'good']);
});
