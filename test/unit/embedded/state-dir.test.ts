import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { lockControlPlaneDir, lockStateDir } from '../../../src/embedded/state-dir.ts';
import { temporaryDir } from './temporary-dir.ts';

test('creates the directory for its owner alone', async () => {
  const dir = `${await temporaryDir()}/a/state`;
  await lockStateDir(dir);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
});

test('refuses a second user while the first lives, and names it', async () => {
  const dir = await temporaryDir();
  const lock = await lockStateDir(dir);
  await expect(lockStateDir(dir)).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(
      new RegExp(
        `^state directory ${dir} is in use by process ${process.pid} \\(started \\S+Z\\); stop it or pass another --state-dir$`,
      ),
    ),
  });
  lock.release();
  lock.release();
  (await lockStateDir(dir)).release();
});

test('the control plane may use a directory that its owner has locked', async () => {
  const dir = await temporaryDir();
  const owner = await lockStateDir(dir);
  const controlPlane = await lockControlPlaneDir(dir);
  controlPlane.release();
  owner.release();
});

test('takes over what a dead process left in the lock file', async () => {
  const dir = await temporaryDir();
  await writeFile(`${dir}/lock`, JSON.stringify({ pid: process.pid, since: '2026-01-01T00:00:00.000Z' }));
  const lock = await lockStateDir(dir);
  await expect(lockStateDir(dir)).rejects.toMatchObject({ kind: 'conflict' });
  lock.release();
});

test('the lock of a process that is killed is free at once', async () => {
  const dir = await temporaryDir();
  const other = spawn('flock', ['-x', `${dir}/lock`, 'sleep', '60'], { detached: true, stdio: 'ignore' });
  await untilLocked(dir);
  await expect(lockStateDir(dir)).rejects.toThrow('is in use by another process; stop it');
  await killGroup(other);
  (await lockStateDir(dir)).release();
});

test('waits for the lock of a process that is gone but whose files are not closed yet', async () => {
  const dir = await temporaryDir();
  const ended = spawn('true');
  await new Promise((resolve) => ended.once('exit', resolve));
  const dying = await lockStateDir(dir);
  await writeFile(`${dir}/lock`, JSON.stringify({ pid: ended.pid, since: '2026-01-01T00:00:00.000Z' }));
  const next = lockStateDir(dir);
  dying.release();
  (await next).release();
});

test('leaves a directory with files in it that others may read as it is', async () => {
  const dir = `${await temporaryDir()}/shared`;
  await mkdir(dir);
  await chmod(dir, 0o755);
  (await lockStateDir(dir)).release(); // still empty: closed to others instead
  expect((await stat(dir)).mode & 0o777).toBe(0o700);

  await chmod(dir, 0o755);
  await expect(lockStateDir(dir)).rejects.toMatchObject({
    kind: 'forbidden',
    message: `state directory ${dir} has files in it and is open to other users (mode 0755); run "chmod 700 ${dir}" if it is yours alone, or pass another --state-dir`,
  });
  expect((await stat(dir)).mode & 0o777).toBe(0o755);
});

async function untilLocked(dir: string): Promise<void> {
  for (;;) {
    const attempt = await lockStateDir(dir).catch(() => null);
    if (attempt === null) return;
    attempt.release();
    await sleep(5);
  }
}

async function killGroup(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await gone;
}
