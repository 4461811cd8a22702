import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';

import { expect, onTestFinished, test } from 'vitest';

import { isAlive, readProcessIdentity } from '../../../../src/process/process-identity.ts';
import { endLeftovers, rememberProcesses } from '../../../../src/embedded/server/leftovers.ts';
import { temporaryDir } from '../temporary-dir.ts';

test('ends the processes that are remembered, and those only', async () => {
  const dir = await temporaryDir();
  const [ours, other] = await Promise.all([startSleep(), startSleep()]);
  await rememberProcesses(dir, [ours, { ...other, startTicks: '1' }]);
  await endLeftovers(dir);
  expect(await isAlive(ours)).toBe(false);
  expect(await isAlive(other)).toBe(true);
  expect(await readdir(dir)).toEqual([]);
});

test.each(['', '[{"pid": 1', '{"pid": 1}'])('does nothing for a record that says %j', async (text) => {
  const dir = await temporaryDir();
  await writeFile(`${dir}/processes.json`, text);
  expect(await endLeftovers(dir)).toEqual([]);
});

async function startSleep() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.once('spawn', resolve));
  const identity = await readProcessIdentity(child.pid ?? 0);
  if (identity === null) throw new Error('sleep has ended too early');
  return identity;
}
