import { expect, test } from 'vitest';
import { inRemote, lastName, nameProblem, remotePath } from '../../../../../src/cli/session/copy/names.ts';

test.each(['', '.', '..', '../x', 'a/b', '/etc/passwd', 'a\0b', '..\\x'])(
  '%j gets no place on this machine',
  (name) => {
    expect(nameProblem(name, '\\')).not.toBeNull();
  },
);

test.each(['a', '...', '.bashrc', '-rf', 'a b', '~', 'a\nb', '..a', 'é', '$(id)', 'con'])('%j is a name', (name) => {
  expect(nameProblem(name, '/')).toBeNull();
});

test.each([
  { path: 'a/b', name: 'b' },
  { path: 'a/b/', name: 'b' },
  { path: '/workspace', name: 'workspace' },
  { path: 'a/../b', name: 'b' },
  { path: 'a/..', name: null },
  { path: '', name: null },
  { path: '.', name: null },
  { path: 'a/.', name: null },
  { path: '/', name: null },
  { path: '../..', name: null },
])('the name of $path is $name', ({ path, name }) => {
  expect(lastName(path)).toBe(name);
});

test('paths of a session are put together with one slash', () => {
  expect([inRemote('', 'a'), inRemote('d', 'a'), inRemote('d/', 'a'), inRemote('/w', 'a')]).toEqual([
    'a',
    'd/a',
    'd/a',
    '/w/a',
  ]);
  expect([remotePath(''), remotePath('a')]).toEqual(['.', 'a']);
});
