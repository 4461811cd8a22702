import { expect, test } from 'vitest';

import { workspacePath } from '../../../../src/docker/attach/workspace-path.ts';

test.each([
  { given: '.', want: '.' },
  { given: 'a/b', want: 'a/b' },
  { given: '/workspace', want: '.' },
  { given: '/workspace/', want: '.' },
  { given: '/workspace/a', want: 'a' },
  { given: '/workspace//a', want: 'a' },
  { given: '../a', want: '../a' }, // the kernel says that it leads out
])('$given is $want', ({ given, want }) => {
  expect(workspacePath(given)).toBe(want);
});

test.each([
  { given: '', kind: 'invalid' },
  { given: 'a\0b', kind: 'invalid' },
  { given: 'a'.repeat(5000), kind: 'invalid' },
  { given: '/', kind: 'path-outside' },
  { given: '/etc/passwd', kind: 'path-outside' },
  { given: '/workspaces/a', kind: 'path-outside' },
])('$given is refused as $kind', ({ given, kind }) => {
  expect(() => workspacePath(given)).toThrow(expect.objectContaining({ kind }) as Error);
});
