// What `make kind-down` does before it takes the cluster away.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { endSessions } from '../../../hack/kind/end-sessions.ts';
import { installCrds } from '../../../src/kube/install.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { clientOf, never } from './cluster.ts';

let server: TestApiServer;
let client: KubeClient;
beforeAll(async () => {
  server = await startTestApiServer();
  client = clientOf(server);
  await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, never);
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const session = (name: string, metadata = '') =>
  `apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: ${name}${metadata}}\nspec: {image: "mcps.local/busybox:1"}\n`;
const create = async (namespace: string, text: string) =>
  expect(await server.kubectl(['create', '-n', namespace, '-f', '-'], text)).toMatchObject({ code: 0 });
const left = async () => (await server.kubectl(['get', 'mcps', '-A', '-o', 'name'])).stdout;

test('deletes the sessions of every namespace and waits until they are gone', async () => {
  await create('default', session('a'));
  await create(await server.newNamespace(), session('b'));
  expect(await endSessions(server.kubeconfigPath)).toBe(true);
  expect(await left()).toBe('');
});

test('says when sessions stay, or nobody answers', async () => {
  await create('default', session('held', ', finalizers: [example.com/held]'));
  expect(await endSessions(server.kubeconfigPath, 2_000)).toBe(false);
  await server.kill();
  expect(await endSessions(server.kubeconfigPath, 2_000)).toBe(false);
});
