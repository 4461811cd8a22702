import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
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
  expect(await createHostPaths({ root }).resolve([want.asked], never)).toMatchObject([want]);
});

test('what is found is named by device, inode and its place in its own file system', async () => {
  const { dev, ino } = await stat(join(root, 'srv/data'), { bigint: true });
  const [found] = await createHostPaths({ root }).resolve(['/srv/chain'], never);
  const device = String(dev);
  expect(found?.identity).toMatchObject({ device, inode: String(ino), root: expect.stringMatching(/\/srv\/data$/) });
});

test('another directory that takes the name is another object', async () => {
  const paths = createHostPaths({ root });
  const [before] = await paths.resolve(['/srv/data'], never);
  await rename(join(root, 'srv/data'), join(root, 'srv/moved'));
  await mkdir(join(root, 'srv/data'));
  const [after] = await paths.resolve(['/srv/data'], never);
  expect(after?.identity).not.toEqual(before?.identity);
  const [moved] = await paths.resolve(['/srv/moved'], never);
  expect(moved?.identity).toMatchObject({ inode: before?.identity?.inode });
  expect(moved?.identity).not.toEqual(before?.identity); // the same object, under another name
});

test('what has nothing at its end is no object', async () => {
  expect(await createHostPaths({ root }).resolve(['/srv/dangling'], never)).toEqual([
    { asked: '/srv/dangling', resolved: null, kind: 'absent', identity: null },
  ]);
});

test('a file with a second name, such as a hard link to a secret, is not taken for an ordinary file', async () => {
  await link(join(root, 'srv/file'), join(root, 'srv/innocent'));
  const found = await createHostPaths({ root }).resolve(['/srv/innocent', '/srv/file'], never);
  expect(found.map(({ kind }) => kind)).toEqual(['linkedFile', 'linkedFile']);
});

test('a pipe and a device are neither a directory nor a file, and are not opened', async () => {
  execFileSync('mkfifo', [join(root, 'srv/pipe')]);
  const [pipe] = await createHostPaths({ root }).resolve(['/srv/pipe'], never); // opening it would wait for a writer
  const [device] = await createHostPaths().resolve(['/dev/null'], never);
  expect([pipe?.kind, device?.kind]).toEqual(['other', 'other']);
});

test('no descriptor stays open', async () => {
  const open = () =>
    execFileSync('ls', [`/proc/${process.pid}/fd`])
      .toString()
      .split('\n').length;
  const paths = createHostPaths({ root });
  const asked = ['/srv/chain', '/srv/loop', '/srv/file/below', '/srv/dangling'];
  await paths.resolve(asked, never);
  const before = open();
  for (let count = 0; count < 20; count += 1) await paths.resolve(asked, never);
  // Tests beside this one open and close files in the same process; a descriptor for each walk would stay.
  await expect.poll(open, { timeout: 4_000 }).toBeLessThan(before + 10);
});

test('a socket is neither a directory nor a file', async () => {
  const server = createServer().listen(join(root, 'srv/sock'));
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const resolved = await createHostPaths({ root }).resolve(['/srv/sock'], never);
    expect(resolved).toMatchObject([{ asked: '/srv/sock', resolved: '/srv/sock', kind: 'other' }]);
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

test('says so when the process of a container is none of ours', async () => {
  const processes = join(root, 'proc');
  await mkdir(join(processes, '7'), { recursive: true });
  await writeFile(join(processes, '7/mountinfo'), '1 0 8:1 / / rw - ext4 /dev/sda rw\n');
  await writeFile(join(processes, '7/cgroup'), '0::/user.slice\n');
  const paths = createHostPaths({ root, processes });
  const id = 'ab'.repeat(32);
  const absent = await paths.inContainer({ id, pid: 8, targets: ['/data'] }, never);
  expect(absent).toEqual({ seen: false, why: 'process 8 of the container is not among the processes here' });
  const other = await paths.inContainer({ id, pid: 7, targets: ['/data'] }, never);
  expect(other).toMatchObject({ seen: false, why: expect.stringContaining('not in this container') });
});
