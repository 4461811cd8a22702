import { expect, test } from 'vitest';
import { classify } from '../../faults/proxy/effects.ts';

const UID = '575d2ea2-55bd-419f-b55b-4bcae050f8bb';
const ID = 'ab'.repeat(32);
const SESSION = '/apis/mcpsession.dev/v1alpha1/namespaces/faults/mcpsessions/p1-s1';

test.each([
  [
    'kube',
    'PUT',
    `${SESSION}/status`,
    '{"status":{"conditions":[{"type":"Ready","reason":"Running"}]}}',
    'status',
    'Running',
  ],
  ['kube', 'PATCH', SESSION, '{"metadata":{"finalizers":["x/y","mcpsession.dev/container"]}}', 'finalizer-add', ''],
  ['kube', 'PATCH', SESSION, '{"metadata":{"finalizers":["x/y"]}}', 'finalizer-remove', ''],
  ['kube', 'DELETE', SESSION, '', 'session-delete', ''],
  ['kube', 'PUT', '/apis/coordination.k8s.io/v1/namespaces/mcpsession-system/leases/a', '', 'lease', ''],
  ['kube', 'POST', '/apis/events.k8s.io/v1/namespaces/faults/events', '{"reason":"Started"}', 'event', 'Started'],
  ['kube', 'PUT', '/apis/mcpsession.dev/v1alpha1/mcpnodes/n1/status', '', 'node-status', ''],
  ['docker', 'POST', `/v1.41/containers/create?name=mcps-${UID}`, '', 'create', ''],
  ['docker', 'POST', '/v1.41/containers/create?name=mcpsession-init-12ab-34', '', 'init-create', ''],
  ['docker', 'POST', `/v1.41/containers/${ID}/attach?stream=1`, '', 'attach', ''],
  ['docker', 'POST', `/v1.41/containers/${ID}/start`, '', 'start', ''],
  ['docker', 'DELETE', `/v1.41/containers/${ID}?force=1&v=1`, '', 'remove', ''],
  ['docker', 'POST', '/v1.41/images/create?fromImage=a&tag=b', '', 'pull', ''],
  ['docker', 'POST', '/v1.41/images/create?fromSrc=-&repo=a', '', 'import', ''],
  ['docker', 'POST', '/v1.41/volumes/create', '', 'volume-create', ''],
  ['docker', 'DELETE', `/v1.41/networks/${ID}`, '', 'network-remove', ''],
] as const)('%s %s %s is known for what it does', (api, method, path, body, kind, detail) => {
  expect(classify({ api, method, path, body })).toMatchObject({ kind, detail });
});

test('tells what the request is about', () => {
  const create = {
    api: 'docker',
    method: 'POST',
    path: `/v1.41/containers/create?name=mcps-${UID}`,
    body: '',
  } as const;
  expect(classify(create).object).toEqual({ uid: UID });
  expect(classify({ ...create, path: `/v1.41/containers/${ID}/start` }).object).toEqual({ containerId: ID });
  expect(classify({ ...create, api: 'kube', method: 'DELETE', path: SESSION }).object).toEqual({ name: 'p1-s1' });
});
