import { type ChildProcess, spawn } from 'node:child_process';

import { expect, onTestFinished, test } from 'vitest';

import { endProcess } from '../../../src/embedded/end-process.ts';
import { isAlive, type ProcessIdentity, readProcessIdentity } from '../../../src/process/process-identity.ts';

async function startProcess(script: string): Promise<{ child: ChildProcess; identity: ProcessIdentity }> {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const identity = await readProcessIdentity(child.pid ?? 0);
  if (identity === null) throw new Error('the process has ended too early');
  return { child, identity };
}

test('knows a live process from one that has ended', async () => {
  const { identity } = await startProcess('echo up; exec sleep 60');
  expect(await isAlive(identity)).toBe(true);
  expect(await endProcess(identity, { graceMs: 1_000 })).toBe(true);
  expect(await isAlive(identity)).toBe(false);
  expect(await endProcess(identity, { graceMs: 1_000 })).toBe(true);
});

test('never ends a later process that was given the same pid', async () => {
  const { identity } = await startProcess('echo up; exec sleep 60');
  const earlier = { ...identity, startTicks: String(Number(identity.startTicks) - 1) };
  expect(await isAlive(earlier)).toBe(false);
  expect(await endProcess(earlier, { graceMs: 0 })).toBe(true);
  const beforeBoot = { ...identity, bootId: 'another-boot' };
  expect(await endProcess(beforeBoot, { graceMs: 0 })).toBe(true);
  expect(await isAlive(identity)).toBe(true);
});

test('kills a process that ignores SIGTERM', async () => {
  const { identity } = await startProcess("trap '' TERM; echo up; while :; do sleep 0.05; done");
  expect(await endProcess(identity, { graceMs: 50 })).toBe(true);
});

test('finds no process where there is none', async () => {
  expect(await readProcessIdentity(2 ** 22 + 1)).toBeNull();
});
