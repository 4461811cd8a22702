// From a Service to a pod: its selector, the pods that are Ready, the port that it names; and what a person is told when there is no way.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { openServiceTunnel } from '../../../src/kube/service-tunnel.ts';
import { listServicePods, readServiceTarget } from '../../../src/kube/service-pods.ts';
import { fakeClock } from '../../support/frontend-fakes.ts';
import { kubeConfigFor } from './fake-api-server.ts';
import { createFakeClient } from './fake-client.ts';
import { type FakePods, startFakePods } from './fake-pods.ts';

const never = new AbortController().signal;
const FRONTEND = { namespace: 'ops', name: 'frontend', port: 443 };
const SERVICE = '/api/v1/namespaces/ops/services/frontend';
const PODS = '/api/v1/namespaces/ops/pods';

const service = (targetPort?: number | string) => ({
  spec: { selector: { app: 'x', part: 'frontend' }, ports: [{ port: 80 }, { port: 443, targetPort }] },
});
const pod = (name: string, { isReady = true, isEnding = false, port = 8443 } = {}) => ({
  metadata: { name, ...(isEnding ? { deletionTimestamp: '2026-11-22T00:00:00Z' } : {}) },
  spec: {
    containers: [
      {},
      {
        ports: [
          { name: 'metrics', containerPort: 9464 },
          { name: 'https', containerPort: port },
        ],
      },
    ],
  },
  status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
});

test('the pods of the selector count, at a named port of each', async () => {
  const items = [pod('a'), pod('b', { isReady: false }), pod('c', { isEnding: true }), pod('d', { port: 9000 })];
  const client = createFakeClient(({ path }) => (path === PODS ? { items } : service('https')));
  const target = await readServiceTarget(client, FRONTEND, never);
  expect(target).toEqual({ selector: 'app=x,part=frontend', port: 'https' });
  expect(await listServicePods(client, { namespace: 'ops', target }, never)).toEqual({
    total: 4,
    ready: [
      { namespace: 'ops', name: 'a', port: 8443 },
      { namespace: 'ops', name: 'd', port: 9000 },
    ],
  });
  expect(client.requests.at(-1)?.query).toEqual({ labelSelector: 'app=x,part=frontend' });
});

test.each([
  { targetPort: 8080, port: 8080 },
  { targetPort: undefined, port: 443 },
])('target port $targetPort is $port', async ({ targetPort, port }) => {
  const client = createFakeClient(() => service(targetPort));
  expect(await readServiceTarget(client, FRONTEND, never)).toMatchObject({ port });
});

test('a pod without a port of that name is none of the Service', async () => {
  const client = createFakeClient(() => ({ items: [pod('a')] }));
  const target = { selector: 'app=x', port: 'grpc' };
  expect(await listServicePods(client, { namespace: 'ops', target }, never)).toEqual({ total: 1, ready: [] });
});

test.each([
  { what: 'selector', spec: { ports: [{ port: 443 }] } },
  { what: 'port 443', spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } },
])('a Service without $what is said so', async ({ what, spec }) => {
  const client = createFakeClient(() => ({ spec }));
  const message = `Service ops/frontend has no ${what}`;
  await expect(readServiceTarget(client, FRONTEND, never)).rejects.toMatchObject({ kind: 'unavailable', message });
});

let pods: FakePods;
let client: KubeClient;
beforeEach(async () => {
  pods = await startFakePods();
  client = createKubeClient({ kubeconfig: kubeConfigFor(pods.url), userAgent: 'test' });
  pods.objects.set(SERVICE, service('https'));
});
afterEach(async () => {
  await client.close();
  await pods.close();
});
const open = (clock = fakeClock()) =>
  openServiceTunnel({ client, connection: pods.connection, clock }, FRONTEND, never);
const askedPods = () => pods.asked.map(({ url = '' }) => url.split('/').at(-2));

test('a pod that is gone by then is passed over for the next one', async () => {
  pods.objects.set(PODS, { items: [pod('gone'), pod('here')] });
  pods.refused.set('gone', 404);
  for (let count = 0; count < 8; count += 1) (await open()).destroy();
  expect(askedPods().filter((name) => name === 'here')).toHaveLength(8);
});

test('clients share the pods', async () => {
  pods.objects.set(PODS, { items: [pod('one'), pod('two')] });
  for (let count = 0; count < 40; count += 1) (await open()).destroy();
  expect(new Set(askedPods())).toEqual(new Set(['one', 'two'])); // fails once in 2^39 runs
});

test('a pod that is being replaced is waited for', async () => {
  pods.objects.set(PODS, { items: [pod('new', { isReady: false })] });
  const clock = fakeClock();
  const sleeping = { ...clock };
  sleeping.sleep = async (ms, signal) => {
    await clock.sleep(ms, signal);
    if (clock.monotonicMs() > 3000) pods.objects.set(PODS, { items: [pod('new')] });
  };
  (await open(sleeping)).destroy();
  expect(clock.monotonicMs()).toBeGreaterThan(3000);
});

test.each([
  { what: 'no pod at all', items: [], waitsMs: 0 },
  { what: 'none that becomes Ready', items: [pod('never', { isReady: false })], waitsMs: 15_000 },
])('$what: it says where to look', async ({ items, waitsMs }) => {
  pods.objects.set(PODS, { items });
  const clock = fakeClock();
  await expect(open(clock)).rejects.toMatchObject({
    kind: 'unavailable',
    message:
      'no pod behind Service ops/frontend is Ready, and its name is known inside of the cluster only; look at kubectl get pods,endpointslices -n ops',
  });
  expect(clock.monotonicMs()).toBe(waitsMs);
});

test.each([
  { right: 'get services', refuse: () => pods.objects.set(SERVICE, 403) },
  { right: 'list pods', refuse: () => pods.objects.set(PODS, 403) },
  { right: 'get and create pods/portforward', refuse: () => pods.refused.set('web-1', 403) },
])('who may not $right is told so, and the ways out', async ({ right, refuse }) => {
  pods.objects.set(PODS, { items: [pod('web-1')] });
  refuse();
  const failed = await open().catch((thrown: unknown) => thrown);
  expect(failed).toMatchObject({ kind: 'forbidden' });
  const { message } = failed as Error;
  expect(message).toContain(`no right to ${right} in namespace "ops". The name frontend.ops.svc is known inside`);
  expect(message).toContain('get services, list pods, get and create pods/portforward in that namespace');
  expect(message).toContain('examples/rbac/from-outside.yaml');
  expect(message).toContain('run this in a pod of the cluster. The API server says: Refused happened');
});
