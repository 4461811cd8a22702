// A node whose Docker Engine is away says so and recovers by itself; the other nodes go on.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { apply, cluster, kubectl } from '../support/cluster-command.ts';
import { ensureInstalled } from './support/helm.ts';
import { endPod, podOnNode, untilReplaced } from './support/pods.ts';
import { makeNamespace, PATIENCE, removeNamespace, sessionObject, untilReady, valueOf } from './support/sessions.ts';

const NAMESPACE = 'ct-engine';
const dockerReady = (field: string): Promise<string> =>
  kubectl('get', 'mcpn/node-2', '-o', `jsonpath={.status.conditions[?(@.type=="DockerReady")].${field}}`);

beforeAll(async () => {
  await ensureInstalled();
  await makeNamespace(NAMESPACE);
  await cluster('stop', 'node-2', 'dockerd');
});
afterAll(async () => {
  await cluster('start', 'node-2', 'dockerd');
  await removeNamespace(NAMESPACE);
});

test('the McpNode of a node without an engine says so, with what to do, and its controller runs all the same, a new one too', async () => {
  await kubectl('wait', 'mcpn/node-2', '--for=condition=DockerReady=False', PATIENCE);
  expect(await dockerReady('message')).toContain('no Docker Engine answers on /host/docker/docker.sock');
  const pod = await podOnNode('controller', 'node-2');
  await endPod(pod);
  await untilReplaced('controller', 2, [pod]);
  expect(await dockerReady('status')).toBe('False');
});

test('sessions go to the other node meanwhile', async () => {
  const names = ['one', 'two'];
  for (const name of names) await apply(sessionObject({ namespace: NAMESPACE, name }));
  await untilReady(NAMESPACE, ...names);
  for (const name of names) expect(await valueOf(NAMESPACE, name, '.status.assignment.nodeName')).toBe('node-1');
});

test('when the engine is back, the node takes sessions again', async () => {
  await cluster('start', 'node-2', 'dockerd');
  await kubectl('wait', 'mcpn/node-2', '--for=condition=DockerReady', PATIENCE);
  await kubectl('label', '--overwrite', 'mcpn/node-2', 'place=node-2');
  await apply(sessionObject({ namespace: NAMESPACE, name: 'three' }, { nodeSelector: { place: 'node-2' } }));
  await untilReady(NAMESPACE, 'three');
});
