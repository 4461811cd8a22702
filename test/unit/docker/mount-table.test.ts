import { expect, test } from 'vitest';

import { mountIdOf, parseMountTable, pathInFileSystem } from '../../../src/docker/mount-table.ts';

test('reads the lines of the kernel, octal numbers included', () => {
  const text = [
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '91 74 254:0 /srv/a\\040b /data\\011x ro,relatime - ext4 /dev/vda rw',
    'nonsense',
    '',
  ].join('\n');
  expect(parseMountTable(text)).toEqual([
    { id: '27', root: '/', mountPoint: '/' },
    { id: '91', root: '/srv/a b', mountPoint: '/data\tx' },
  ]);
});

test('finds the mount of an open file', () => {
  expect(mountIdOf('pos:\t0\nflags:\t012100000\nmnt_id:\t27\nino:\t5\n')).toBe('27');
  expect(mountIdOf('pos:\t0\n')).toBeNull();
});

test.each([
  { root: '/', mountPoint: '/', path: '/srv/data', want: '/srv/data' },
  { root: '/', mountPoint: '/srv', path: '/srv/data', want: '/data' },
  { root: '/@/srv', mountPoint: '/srv', path: '/srv/data', want: '/@/srv/data' },
  { root: '/vol', mountPoint: '/srv/data', path: '/srv/data', want: '/vol' },
  { root: '/', mountPoint: '/srv', path: '/srvdata', want: null },
])('$path of $mountPoint with root $root is $want', ({ root, mountPoint, path, want }) => {
  expect(pathInFileSystem({ id: '1', root, mountPoint }, path)).toBe(want);
});
