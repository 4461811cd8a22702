import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createHostPaths } from '../../../src/docker/host-paths.ts';

const never = new AbortController().signal;
let root = '';

/** A node whose file system is seen below a directory. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mcps-host-paths-'));
  await mkdir(join(root, 'srv/data'), { recursive: true });
  await writeFile(join(root, 'srv/file'), '');
  await mkdir(join(root, 'etc'));
  await symlink('/etc', join(root, 'srv/absolute'));
  await symlink('../etc', join(root, 'srv/relative'));
  await symlink('../../../../../../etc', join(root, 'srv/above'));
  await symlink('/srv/absolute/../srv/data', join(root, 'srv/chain'));
  await symlink('loop', join(root, 'srv/loop'));
  await symlink('/gone', join(root, 'srv/dangling'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test.each([
  { asked: '/srv/data', resolved: '/srv/data', kind: 'directory' },
  { asked: '/', resolved: '/', kind: 'directory' },
  { asked: '/srv//./data/', resolved: '/srv/data', kind: 'directory' },
  { asked: '/srv/data/../file', resolved: '/srv/file', kind: 'file' },
  { asked: '/../../srv/file', resolved: '/srv/file', kind: 'file' },
  { asked: '/srv/absolute', resolved: '/etc', kind: 'directory' },
  { asked: '/srv/relative', resolved: '/etc', kind: 'directory' },
  { asked: '/srv/above', resolved: '/etc', kind: 'directory' },
  { asked: '/srv/relative/../srv/chain', resolved: '/srv/data', kind: 'directory' },
  { asked: '/srv/loop', resolved: null, kind: 'absent' },
  { asked: '/srv/dangling', resolved: null, kind: 'absent' },
  { asked: '/srv/none', resolved: null, kind: 'absent' },
  { asked: '/srv/file/below', resolved: null, kind: 'absent' },
  { asked: 'srv/data', resolved: null, kind: 'absent' },
  { asked: '/srv/da\0ta', resolved: null, kind: 'absent' },
  { asked: `/${'x'.repeat(300)}`, resolved: null, kind: 'absent' },
])('$asked is $resolved', async (want) => {
  expect(await createHostPaths({ root }).resolve([want.asked], never)).toEqual([want]);
});

test('a socket is neither a directory nor a file', async () => {
  const server = createServer().listen(join(root, 'srv/sock'));
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const resolved = await createHostPaths({ root }).resolve(['/srv/sock'], never);
    expect(resolved).toEqual([{ asked: '/srv/sock', resolved: '/srv/sock', kind: 'other' }]);
  } finally {
    server.close();
  }
});

test('sees the file system it runs in when no other is named', async () => {
  expect(await createHostPaths().resolve([join(root, 'srv/relative')], never)).toMatchObject([
    { resolved: join(root, 'etc') },
  ]);
});

test('says so when the file system of the node is not mounted', async () => {
  await expect(createHostPaths({ root: join(root, 'none') }).resolve(['/etc'], never)).rejects.toMatchObject({
    kind: 'unavailable',
  });
});

test('stops when its caller does', async () => {
  await expect(createHostPaths({ root }).resolve(['/etc'], AbortSignal.abort())).rejects.toMatchObject({
    kind: 'cancelled',
  });
});
