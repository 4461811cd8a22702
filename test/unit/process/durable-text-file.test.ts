import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDurableTextFile } from '../../../src/process/durable-text-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mcpsession-kept-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fileIn = (name = 'grants.json') => createDurableTextFile({ path: join(dir, name), maxBytes: 1_000 });

test('what was replaced is read back, and no other account may read it', async () => {
  const file = fileIn();
  expect(await file.read()).toBeNull();
  await file.replace('one');
  await file.replace('two');
  expect(await file.read()).toBe('two');
  expect((await stat(file.place)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['grants.json']);
});

test('what a killed writer left beside it is in nobody’s way', async () => {
  const file = fileIn();
  await writeFile(`${file.place}.new`, 'half');
  await file.replace('whole');
  expect(await file.read()).toBe('whole');
});

test('links are not followed, neither to read nor to write', async () => {
  const file = fileIn();
  await writeFile(join(dir, 'other'), 'secret');
  await symlink(join(dir, 'other'), `${file.place}.new`);
  await file.replace('mine');
  expect(await readFile(join(dir, 'other'), 'utf8')).toBe('secret');
  await symlink(join(dir, 'other'), join(dir, 'link'));
  await expect(fileIn('link').read()).rejects.toMatchObject({ kind: 'unavailable' });
});

test('too much, a directory and a place that is not there are told, and what was there stays', async () => {
  const file = fileIn();
  await file.replace('kept');
  await expect(file.replace('x'.repeat(1_001))).rejects.toMatchObject({ kind: 'too-large' });
  expect(await file.read()).toBe('kept');
  await writeFile(join(dir, 'big'), 'x'.repeat(1_001));
  await expect(fileIn('big').read()).rejects.toMatchObject({ kind: 'too-large' });
  await mkdir(join(dir, 'folder'));
  await expect(fileIn('folder').read()).rejects.toMatchObject({ kind: 'invalid' });
  await expect(fileIn('missing/grants.json').replace('x')).rejects.toMatchObject({ kind: 'unavailable' });
});

test('a directory that takes no files, not even from root, is told', async () => {
  const file = createDurableTextFile({ path: '/proc/self/grants.json', maxBytes: 1_000 });
  await expect(file.replace('x')).rejects.toMatchObject({ kind: 'unavailable' });
});
