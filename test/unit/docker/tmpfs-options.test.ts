import { expect, test } from 'vitest';

import { parseTmpfs, printTmpfs } from '../../../src/docker/tmpfs-options.ts';

test('prints structured fields as the options of a mount', () => {
  expect(printTmpfs([{ path: '/tmp', sizeBytes: 1024, options: ['mode=1777', 'nodev'] }])).toEqual({
    '/tmp': 'mode=1777,nodev,size=1024',
  });
  expect(printTmpfs([{ path: '/a', sizeBytes: 0, options: [] }])).toEqual({ '/a': '' });
});

test.each([
  { name: 'bytes', text: 'size=1024', want: { sizeBytes: 1024, options: [] } },
  { name: 'units', text: 'size=2M', want: { sizeBytes: 2_097_152, options: [] } },
  { name: 'the last size', text: 'size=1,size=2k', want: { sizeBytes: 2048, options: [] } },
  { name: 'a share of memory as no size', text: 'size=100%', want: { sizeBytes: 0, options: [] } },
  { name: 'nonsense as no size', text: 'size=-1', want: { sizeBytes: 0, options: [] } },
  { name: 'no size', text: 'suid,exec', want: { sizeBytes: 0, options: ['exec', 'suid'] } },
])('reads $name', ({ text, want }) => {
  expect(parseTmpfs({ '/tmp': text })).toEqual([{ path: '/tmp', ...want }]);
});

test('sorts by path', () => {
  expect(parseTmpfs({ '/b': '', '/a': '' }).map(({ path }) => path)).toEqual(['/a', '/b']);
});
