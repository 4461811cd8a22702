import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FLOCK_PROGRAM, type LockProgram, lockBySessionInit, tryLockFile } from '../../../src/process/file-lock.ts';

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'mcps-lock-')), 'lock');
});
afterEach(() => rm(join(path, '..'), { recursive: true, force: true }));

const ending = (script: string): LockProgram => ({ file: 'sh', args: ['-c', script], whenMissing: 'get a shell' });

test('a lock is held until it is released, by one at a time', async () => {
  const first = await tryLockFile(path, FLOCK_PROGRAM);
  expect(await tryLockFile(path, FLOCK_PROGRAM)).toMatchObject({ ok: false, error: { pid: process.pid } });
  if (first.ok) first.value.release();
  expect(await tryLockFile(path, FLOCK_PROGRAM)).toMatchObject({ ok: true });
});

test('the program gets the open file as its descriptor 3', async () => {
  expect(await tryLockFile(path, ending('test /proc/self/fd/3 -ef "$0"'.replace('$0', path)))).toMatchObject({
    ok: true,
  });
});

test('only exit code 1 means that somebody else has the lock; whatever else goes wrong is a fault', async () => {
  expect(await tryLockFile(path, ending('exit 1'))).toEqual({ ok: false, error: null });
  await expect(tryLockFile(path, ending('exit 2'))).rejects.toMatchObject({
    kind: 'unavailable',
    message: '"sh -c exit 2" ended with code 2: no lock can be taken there',
  });
  await expect(tryLockFile(path, ending('kill -KILL $$'))).rejects.toThrow('ended with SIGKILL');
});

test('a program that is not there is named, with what to do', async () => {
  const nowhere = join(path, '..', 'init');
  await expect(tryLockFile(path, lockBySessionInit(nowhere))).rejects.toMatchObject({
    kind: 'unavailable',
    message: `cannot run ${nowhere}: spawn ${nowhere} ENOENT; build the session init (make init)`,
  });
});
