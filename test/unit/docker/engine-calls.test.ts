import { expect, test } from 'vitest';

import { allowedCall, ENGINE_CALLS, isTargetOf } from '../../../src/docker/engine-calls.ts';

const id = 'ab'.repeat(32);

test('the closed list is this and nothing else', () => {
  expect(Object.values(ENGINE_CALLS).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /_ping',
    'GET /version',
    'GET /info',
    'GET /events',
    'GET /images/{}/json',
    'POST /images/create',
    'POST /containers/create',
    'GET /containers/json',
    'GET /containers/{}/json',
    'POST /containers/{}/start',
    'POST /containers/{}/stop',
    'POST /containers/{}/kill',
    'DELETE /containers/{}',
    'POST /containers/{}/exec',
    'POST /exec/{}/start',
    'GET /exec/{}/json',
  ]);
});

test.each([
  { method: 'GET', path: '/images/docker.io/library/python:3.13-slim/json', want: 'imageInspect' },
  { method: 'GET', path: `/images/registry:5000/a/b@sha256:${id}/json`, want: 'imageInspect' },
  { method: 'GET', path: `/images/sha256:${id}/json`, want: 'imageInspect' },
  { method: 'GET', path: '/containers/mcps-1/json', want: 'containerInspect' },
  { method: 'GET', path: '/containers/json', want: 'containerList' },
  { method: 'DELETE', path: `/containers/${id}`, want: 'containerRemove' },
  { method: 'POST', path: `/exec/${id}/start`, want: 'execStart' },
])('$method $path is allowed', ({ method, path, want }) => {
  expect(allowedCall({ method, path, queryKeys: [], hasBody: false })).toBe(want);
});

const refused = { queryKeys: [] as string[], hasBody: false };

test.each([
  { name: 'files out of a container', method: 'GET', path: `/containers/${id}/archive` },
  { name: 'files into a container', method: 'PUT', path: `/containers/${id}/archive` },
  { name: 'changed limits', method: 'POST', path: `/containers/${id}/update`, hasBody: true },
  { name: 'a commit', method: 'POST', path: '/commit' },
  { name: 'a build', method: 'POST', path: '/build' },
  { name: 'a prune', method: 'POST', path: '/containers/prune' },
  { name: 'a volume', method: 'POST', path: '/volumes/create', hasBody: true },
  { name: 'an import', method: 'POST', path: '/images/create', queryKeys: ['fromSrc'] },
  { name: 'a start with a body', method: 'POST', path: `/containers/${id}/start`, hasBody: true },
  { name: 'a list with another parameter', method: 'GET', path: '/containers/json', queryKeys: ['size'] },
  { name: 'a removal of a link', method: 'DELETE', path: `/containers/${id}`, queryKeys: ['link'] },
  { name: 'a path that leads elsewhere', method: 'GET', path: '/containers/../images/json' },
  { name: 'a target with a query', method: 'GET', path: '/containers/a?b/json' },
  { name: 'an escaped target', method: 'GET', path: '/containers/a%2Fb/json' },
  { name: 'an empty target', method: 'GET', path: '/containers//json' },
  { name: 'an image path that leads elsewhere', method: 'GET', path: '/images/a/../b/json' },
])('$name is refused', ({ name: _name, ...request }) => {
  expect(allowedCall({ ...refused, ...request })).toBeNull();
});

test.each(['', '.', '..', 'a/b', 'a b', '-a', 'a\n', 'a?x=1', 'a#', 'a'.repeat(256)])(
  'no container is addressed as %j',
  (target) => {
    expect(isTargetOf('containerInspect', target)).toBe(false);
  },
);
