import { expect, test } from 'vitest';

import { imageFacts } from '../../../src/docker/image-facts.ts';

const Id = `sha256:${'ab'.repeat(32)}`;

test('reads what an image brings along', () => {
  const Config = {
    Env: ['PATH=/bin', 'EMPTY=', 'ODD', 'X=a=b'],
    Volumes: { '/b': {}, '/a': {} },
    User: 'root',
    WorkingDir: '/app',
    Labels: { b: 'x', a: '' },
  };
  expect(imageFacts({ Id, RepoDigests: ['a@sha256:x'], Config })).toEqual({
    id: Id,
    repoDigests: ['a@sha256:x'],
    env: [
      { name: 'PATH', value: '/bin' },
      { name: 'EMPTY', value: '' },
      { name: 'ODD', value: '' },
      { name: 'X', value: 'a=b' },
    ],
    volumes: ['/a', '/b'],
    labels: ['a', 'b'],
    workingDir: '/app',
  });
});

test('reads an image that brings nothing', () => {
  expect(imageFacts({ Id, RepoDigests: null, Config: null })).toEqual({
    id: Id,
    repoDigests: [],
    env: [],
    volumes: [],
    labels: [],
    workingDir: '',
  });
});

test('refuses another form', () => {
  expect(() => imageFacts({ Id: 'latest' })).toThrow('unexpected form');
});
