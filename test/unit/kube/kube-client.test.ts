import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { kubeConfigFor } from './fake-api-server.ts';

let handle: (request: IncomingMessage, response: ServerResponse) => void;
let client: KubeClient;
const server = createServer((request, response) => handle(request, response));
const { signal } = new AbortController();

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = createKubeClient({ kubeconfig: kubeConfigFor(address()), userAgent: 'mcpsession-test/1' });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const get = (path = '/x') => client.request({ method: 'GET', path }, signal);

test('sends JSON with the given type and query, and names itself', async () => {
  const seen: unknown[] = [];
  handle = (request, response) => {
    const { method, url, headers } = request;
    seen.push({ method, url, type: headers['content-type'], agent: headers['user-agent'] });
    response.end('{"a":1}');
  };
  const query = { fieldSelector: 'status.assignment.nodeName=n 1', dryRun: undefined };
  const request = {
    method: 'PATCH',
    path: '/x',
    query,
    body: { b: 2 },
    contentType: 'application/merge-patch+json',
  } as const;
  expect((await client.request(request, signal)).body).toEqual({ a: 1 });
  expect(seen).toEqual([
    {
      method: 'PATCH',
      url: '/x?fieldSelector=status.assignment.nodeName%3Dn+1',
      type: 'application/merge-patch+json',
      agent: 'mcpsession-test/1',
    },
  ]);
});

test('a hundred calls in a row share a connection or two', async () => {
  const ports = new Set<number | undefined>();
  handle = (request, response) => {
    ports.add(request.socket.remotePort);
    response.end('{}');
  };
  for (let i = 0; i < 100; i += 1) await get();
  // The next call may begin before the connection of the last one is idle again.
  expect(ports.size).toBeLessThanOrEqual(2);
});

test('collects the texts of Warning headers', async () => {
  handle = (_, response) => {
    response.setHeader('warning', ['299 - "unknown field \\"spec.x\\""', '299 - "two", 299 - "three"']);
    response.end('{}');
  };
  expect((await get()).warnings).toEqual(['unknown field "spec.x"', 'two', 'three']);
});

test('a server that does not answer in time is a timeout that names call and limit', async () => {
  handle = () => {};
  const asked = client.request({ method: 'GET', path: '/slow', deadlineMs: 30 }, signal);
  await expect(asked).rejects.toMatchObject({
    kind: 'timeout',
    message: `GET /slow on ${address()} did not finish within 30 ms`,
  });
});

test('a body that stops in the middle is cut off at the deadline too', async () => {
  handle = (_, response) => void response.writeHead(200).write('{"a":');
  const asked = client.request({ method: 'GET', path: '/half', deadlineMs: 50 }, signal);
  await expect(asked).rejects.toMatchObject({ kind: 'timeout' });
});

test('an abort of our own is cancelled, not a fault of the server', async () => {
  const stop = new AbortController();
  handle = () => stop.abort();
  await expect(client.request({ method: 'GET', path: '/x' }, stop.signal)).rejects.toMatchObject({ kind: 'cancelled' });
});

test('nobody listening is unavailable and names the address', async () => {
  const gone = createKubeClient({ kubeconfig: kubeConfigFor('http://127.0.0.1:1'), userAgent: 'test' });
  await expect(gone.request({ method: 'GET', path: '/x' }, signal)).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'GET /x: the API server at http://127.0.0.1:1 does not answer (connect ECONNREFUSED 127.0.0.1:1)',
  });
});

test('an answer that is no JSON is not taken for an API server', async () => {
  handle = (_, response) => void response.end('<html>hello</html>');
  await expect(get()).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'GET /x: the answer is not JSON; is this a Kubernetes API server?',
  });
});

test('outside of a pod there is no cluster to be in', () => {
  expect(() => createKubeClient({ kubeconfig: { inCluster: true }, userAgent: 'test' })).toThrow(
    'this is not a pod of a cluster: KUBERNETES_SERVICE_HOST is not set; give a kubeconfig',
  );
});

test('credentials that never come are given up at the deadline', async () => {
  const kubeConfig = kubeConfigFor(address());
  const hanging = { isAuthProvider: () => true, applyAuthentication: () => new Promise<void>(() => {}) };
  kubeConfig.addAuthenticator(hanging);
  const stuck = createKubeClient({ kubeconfig: kubeConfig, userAgent: 'test' });
  const asked = stuck.request({ method: 'GET', path: '/x', deadlineMs: 20 }, signal);
  await expect(asked).rejects.toMatchObject({ kind: 'timeout' });
});

test('a kubeconfig that cannot be read is named', () => {
  expect(() => createKubeClient({ kubeconfig: { path: '/nowhere/config' }, userAgent: 'test' })).toThrow(
    'kubeconfig /nowhere/config cannot be read: ENOENT',
  );
});

test("each answer tells the server's time and how long it took, a refusal too", async () => {
  const answers: { dateMs: number; roundTripMs: number }[] = [];
  client.onAnswer((answer) => answers.push(answer));
  handle = (_request, response) => response.writeHead(503, { date: 'Sat, 21 Nov 2026 12:00:00 GMT' }).end();
  await expect(get()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(answers).toEqual([{ dateMs: Date.parse('2026-11-21T12:00:00Z'), roundTripMs: expect.any(Number) }]);
});
