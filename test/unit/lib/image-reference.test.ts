import { describe, expect, test } from 'vitest';
import { isImageBelow, parseImageReference } from '../../../src/lib/image-reference.ts';

const hex = 'ab'.repeat(32);

describe('parseImageReference', () => {
  test.each([
    ['python', { registry: 'docker.io', path: 'library/python', tag: null, digest: null }],
    ['python:3.13-slim', { registry: 'docker.io', path: 'library/python', tag: '3.13-slim', digest: null }],
    ['docker.io/python', { registry: 'docker.io', path: 'library/python', tag: null, digest: null }],
    ['index.docker.io/library/python', { registry: 'docker.io', path: 'library/python', tag: null, digest: null }],
    ['team/tool', { registry: 'docker.io', path: 'team/tool', tag: null, digest: null }],
    ['localhost/x', { registry: 'localhost', path: 'x', tag: null, digest: null }],
    ['mcps.local/busybox:1', { registry: 'mcps.local', path: 'busybox', tag: '1', digest: null }],
    ['host:5000/a/b__c/d-e.f:T_1', { registry: 'host:5000', path: 'a/b__c/d-e.f', tag: 'T_1', digest: null }],
    [`r.example/x:1@sha256:${hex}`, { registry: 'r.example', path: 'x', tag: '1', digest: `sha256:${hex}` }],
    [`x@sha512:${hex}${hex}`, { registry: 'docker.io', path: 'library/x', tag: null, digest: `sha512:${hex}${hex}` }],
  ])('reads %s', (text, want) => {
    expect(parseImageReference(text)).toEqual(want);
  });

  test.each([
    '',
    ' python',
    'python ',
    'Python',
    'a//b',
    '../x',
    './x',
    '/x',
    'x/',
    'a/../b',
    'x:',
    'x::1',
    'x:a b',
    'x@',
    'x@sha256:',
    `x@sha256:${hex.slice(1)}`,
    `x@sha256:${hex.toUpperCase()}`,
    `x@md5:${hex}`,
    `x@sha256:${hex}@sha256:${hex}`,
    hex,
    `sha256:${hex}`,
    hex.slice(0, 12),
    'user:pw@r.example/x',
    'https://r.example/x',
    'r.example:port/x',
    'r.example:999999/x',
    'r.example:65536/x',
    'r.example:0/x',
    'r.example:080/x',
    '-r.example/x',
    'r..example/x',
    'x_-y',
    'x___y',
    '_x',
    'x.',
    `x:${'t'.repeat(129)}`,
    'a'.repeat(256),
    'x\n',
    'x\0',
    'x:1\n',
    'pуthon',
  ])('refuses %j', (text) => {
    expect(parseImageReference(text)).toBeNull();
  });
});

test.each([
  ['docker.io/library/python', 'docker.io/library', true],
  ['docker.io/library/python', 'docker.io', true],
  ['docker.io/library/python', 'docker.io/', true],
  ['docker.io/library/python', 'docker.io/library/python', true],
  ['docker.io/libraryevil/python', 'docker.io/library', false],
  ['docker.io.evil.example/library/python', 'docker.io', false],
  ['docker.io/a/library', 'docker.io/a/library/python', false],
])('isImageBelow compares whole components: %s below %s is %s', (text, prefix, want) => {
  const reference = parseImageReference(text);
  expect(reference === null ? null : isImageBelow(reference, prefix)).toBe(want);
});
