// Containers outlive an upgrade of the operator and a drain of the Kubernetes node; a drain of the McpNode empties it of sessions.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { nodeLayout } from '../../../hack/cluster/layout.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { apply, kubectl } from '../support/cluster-command.ts';
import { createDuring } from './support/creates.ts';
import { ensureInstalled, upgrade } from './support/helm.ts';
import { type Part, podsOf } from './support/pods.ts';
import {
  adminClient,
  containerOf,
  makeNamespace,
  PATIENCE,
  removeNamespace,
  runningContainers,
  sessionObject,
  untilReady,
  valueOf,
} from './support/sessions.ts';

const NAMESPACE = 'ct-drain';
const PARTS: readonly Part[] = ['controller', 'placement', 'webhook', 'frontend'];
const allPods = async (): Promise<readonly string[]> => (await Promise.all(PARTS.map(podsOf))).flat();
const value = (name: string, path: string): Promise<string> => valueOf(NAMESPACE, name, path);
const setNode = (name: string, spec: object): Promise<string> =>
  kubectl('patch', `mcpn/${name}`, '--type=merge', '-p', JSON.stringify({ spec }));

let client: KubeClient;

/** Both on node-2: they are made while node-1 takes none. */
beforeAll(async () => {
  client = adminClient();
  await ensureInstalled();
  await makeNamespace(NAMESPACE);
  await setNode('node-1', { unschedulable: true });
  await apply(sessionObject({ namespace: NAMESPACE, name: 'moves' }, { failurePolicy: 'Recreate' }));
  await apply(sessionObject({ namespace: NAMESPACE, name: 'ends' }, { failurePolicy: 'Retain' }));
  await untilReady(NAMESPACE, 'moves', 'ends');
  await setNode('node-1', { unschedulable: false });
});
afterAll(async () => {
  await client.close();
  await kubectl('uncordon', 'node-2');
  await setNode('node-2', { drain: null });
  await removeNamespace(NAMESPACE);
});

test('a node that is cordoned gets no session', async () => {
  for (const name of ['moves', 'ends']) expect(await value(name, '.status.assignment.nodeName')).toBe('node-2');
});

/** The creates that go on meanwhile, one at a time: what is wrong with them. */
async function creatingDuring(event: () => Promise<unknown>): Promise<readonly string[]> {
  const load = { client, namespaces: [NAMESPACE], atLeast: 20, retries: false };
  const { wrong } = await createDuring(event, load);
  return wrong;
}

test('helm upgrade replaces every pod of the operator and no container of a session, and no create fails meanwhile', async () => {
  const [pods, containers] = [await allPods(), await runningContainers()];
  expect(containers).toHaveLength(2);
  expect(await creatingDuring(() => upgrade('--set', 'logging.level=debug'))).toEqual([]);
  expect(await runningContainers()).toEqual(containers);
  const now = await allPods();
  expect(now).toHaveLength(pods.length);
  expect(now.filter((name) => pods.includes(name))).toEqual([]);
  await untilReady(NAMESPACE, 'moves', 'ends');
});

test('kubectl drain of a node moves the Deployments away, its sessions stay where they are, and no create fails meanwhile', async () => {
  const containers = await runningContainers();
  const how = ['--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=180s'];
  expect(await creatingDuring(() => kubectl('drain', 'node-2', ...how))).toEqual([]);
  for (const part of ['placement', 'webhook', 'frontend'])
    await kubectl('rollout', 'status', '-n', 'mcpsession-system', `deployment/mcpsession-${part}`, PATIENCE);
  const left = await kubectl('get', 'pods', '-A', '--field-selector=spec.nodeName=node-2', '-o', 'name');
  expect(left).toMatch(/^pod\/mcpsession-controller-\w+$/);
  await untilReady(NAMESPACE, 'moves', 'ends');
  expect(await runningContainers()).toEqual(containers);
});

test('a drain of the McpNode moves what may move, ends the rest with its reason, and leaves no container there', async () => {
  await setNode('node-2', { drain: { noticeSeconds: 0 } });
  const drained = '--for=jsonpath={.status.conditions[?(@.type=="Draining")].reason}=Drained';
  await kubectl('wait', 'mcpn/node-2', drained, PATIENCE);
  expect(await runningContainers([nodeLayout(2)])).toEqual([]);
  await kubectl('wait', '-n', NAMESPACE, 'mcps/moves', '--for=jsonpath={.status.assignment.nodeName}=node-1', PATIENCE);
  await untilReady(NAMESPACE, 'moves');
  expect(await runningContainers([nodeLayout(1)])).toEqual([await containerOf(NAMESPACE, 'moves')]);
  expect(await value('ends', '.status.conditions[?(@.type=="Finished")].reason')).toBe('NodeLost');
  expect(await value('ends', '.status.conditions[?(@.type=="Finished")].message')).toContain('drained');
});
