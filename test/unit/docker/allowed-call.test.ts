import { expect, test } from 'vitest';

import { allowedCall, isTargetOf, type OutgoingRequest } from '../../../src/docker/allowed-call.ts';

const id = 'ab'.repeat(32);
const plain = { query: {}, body: 'none', bodyFields: [], driverOptions: [] } as const;

test.each([
  { method: 'GET', path: '/images/docker.io/library/python:3.13-slim/json', want: 'imageInspect' },
  { method: 'GET', path: `/images/registry:5000/a/b@sha256:${id}/json`, want: 'imageInspect' },
  { method: 'GET', path: `/images/sha256:${id}/json`, want: 'imageInspect' },
  { method: 'GET', path: '/containers/mcps-1/json', want: 'containerInspect' },
  { method: 'GET', path: '/containers/json', want: 'containerList' },
  { method: 'DELETE', path: `/containers/${id}`, want: 'containerRemove' },
  { method: 'POST', path: `/exec/${id}/start`, want: 'execStart' },
  { method: 'POST', path: `/containers/${id}/attach`, want: 'attach' },
  { method: 'GET', path: '/volumes/mcpsession-init-0a', want: 'volumeInspect' },
  { method: 'DELETE', path: '/images/mcpsession/init:0a', want: 'imageRemove' },
  { method: 'GET', path: `/networks/${id}`, want: 'networkInspect' },
  { method: 'DELETE', path: `/networks/${id}`, want: 'networkRemove' },
])('$method $path is allowed', ({ method, path, want }) => {
  expect(allowedCall({ ...plain, method, path })).toBe(want);
});

type Refused = Partial<OutgoingRequest> & { readonly name: string };

test.each([
  { name: 'files out of a container', method: 'GET', path: `/containers/${id}/archive` },
  { name: 'files into a container', method: 'PUT', path: `/containers/${id}/archive` },
  { name: 'changed limits', method: 'POST', path: `/containers/${id}/update`, body: 'json' },
  { name: 'a commit', method: 'POST', path: '/commit' },
  { name: 'a build', method: 'POST', path: '/build' },
  { name: 'a prune', method: 'POST', path: '/containers/prune' },
  { name: 'a volume prune', method: 'POST', path: '/volumes/prune' },
  {
    name: 'a volume of a host path',
    method: 'POST',
    path: '/volumes/create',
    body: 'json',
    bodyFields: ['DriverOpts'],
    driverOptions: ['size', 'device'],
  },
  {
    name: 'a network with a container of another',
    method: 'POST',
    path: '/networks/create',
    body: 'json',
    bodyFields: ['ConfigFrom'],
  },
  { name: 'a connection to a network', method: 'POST', path: `/networks/${id}/connect`, body: 'json' },
  { name: 'a network prune', method: 'POST', path: '/networks/prune' },
  { name: 'the removal of a network by its name', method: 'DELETE', path: '/networks/bridge' },
  { name: 'a list of all networks', method: 'GET', path: '/networks' },
  { name: 'a list of networks by name', method: 'GET', path: '/networks', query: { filters: '{"name":["a"]}' } },
  { name: 'a list of foreign volumes', method: 'GET', path: '/volumes', query: { filters: '{"label":["com.x"]}' } },
  {
    name: 'an import of a URL',
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: 'http://a', repo: 'mcpsession/init' },
    body: 'tar',
  },
  {
    name: 'an import to another repository',
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', repo: 'python' },
    body: 'tar',
  },
  {
    name: 'an import without an archive',
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', repo: 'mcpsession/init' },
  },
  {
    name: 'an import with changes',
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', repo: 'mcpsession/init', changes: 'CMD x' },
    body: 'tar',
  },
  { name: 'a pull with an archive', method: 'POST', path: '/images/create', query: { fromImage: 'a' }, body: 'tar' },
  { name: 'the removal of another image', method: 'DELETE', path: '/images/python:3.13' },
  { name: 'an attach that asks for logs', method: 'POST', path: `/containers/${id}/attach`, query: { logs: '1' } },
  {
    name: 'a start with a body',
    method: 'POST',
    path: `/containers/${id}/start`,
    body: 'json',
    bodyFields: ['Privileged'],
  },
  { name: 'a list with another parameter', method: 'GET', path: '/containers/json', query: { size: '1' } },
  { name: 'a removal of a link', method: 'DELETE', path: `/containers/${id}`, query: { link: '1' } },
  { name: 'a path that leads elsewhere', method: 'GET', path: '/containers/../images/json' },
  { name: 'a target with a query', method: 'GET', path: '/containers/a?b/json' },
  { name: 'an escaped target', method: 'GET', path: '/containers/a%2Fb/json' },
  { name: 'an empty target', method: 'GET', path: '/containers//json' },
  { name: 'an image path that leads elsewhere', method: 'GET', path: '/images/a/../b/json' },
] satisfies Refused[])('$name is refused', ({ name: _name, ...request }) => {
  expect(allowedCall({ ...plain, ...request })).toBeNull();
});

test.each(['', '.', '..', 'a/b', 'a b', '-a', 'a\n', 'a?x=1', 'a#', 'a'.repeat(256)])(
  'no container is addressed as %j',
  (target) => {
    expect(isTargetOf('containerInspect', target)).toBe(false);
  },
);

test('an import goes out with its archive, to the one repository', () => {
  const query = { fromSrc: '-', repo: 'mcpsession/init', tag: '0a' };
  expect(allowedCall({ ...plain, method: 'POST', path: '/images/create', query, body: 'tar' })).toBe('imageImport');
});

test('a pull stays a pull', () => {
  const query = { fromImage: 'python', tag: '3.13' };
  expect(allowedCall({ ...plain, method: 'POST', path: '/images/create', query })).toBe('imagePull');
});

test.each(['python', 'mcpsession/init', 'mcpsession/init2:0a', 'x/mcpsession/init:0a', `sha256:${id}`])(
  'image %s is not removed',
  (target) => {
    expect(isTargetOf('imageRemove', target)).toBe(false);
  },
);

test.each(['networks', 'volumes'])('a list of %s goes out by labels of ours', (path) => {
  const query = { filters: '{"label":["mcpsession.dev/cluster=c","mcpsession.dev/node=n"]}' };
  expect(allowedCall({ ...plain, method: 'GET', path: `/${path}`, query })).not.toBeNull();
});

test('a volume goes out with a size', () => {
  const sized = { body: 'json', bodyFields: ['Name', 'DriverOpts'], driverOptions: ['size'] } as const;
  expect(allowedCall({ ...plain, method: 'POST', path: '/volumes/create', ...sized })).toBe('volumeCreate');
});
