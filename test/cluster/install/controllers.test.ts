// A controller that is killed loses no session, and its token is worth nothing for the sessions of another node.

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { KubeClient, KubeRequest } from '../../../src/kube/kube-client.ts';
import { asOperatorError } from '../../../src/lib/errors.ts';
import { SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { apply, kubectl } from '../support/cluster-command.ts';
import { ensureInstalled } from './support/helm.ts';
import { killPod, podOnNode, untilReplaced } from './support/pods.ts';
import {
  adminClient,
  clientOf,
  containerOf,
  makeNamespace,
  never,
  NODES,
  PATIENCE,
  pathOf,
  removeNamespace,
  runningContainers,
  sessionObject,
  untilReady,
  valueOf,
} from './support/sessions.ts';

const NAMESPACE = 'ct-controllers';
const NAMES = NODES.map(({ name }) => name);

/** One session on each node, with the name of the node. */
beforeAll(async () => {
  await ensureInstalled();
  await makeNamespace(NAMESPACE);
  for (const name of NAMES) {
    await kubectl('label', '--overwrite', `mcpn/${name}`, `place=${name}`);
    await apply(sessionObject({ namespace: NAMESPACE, name }, { nodeSelector: { place: name } }));
  }
  await untilReady(NAMESPACE, ...NAMES);
});
afterAll(() => removeNamespace(NAMESPACE));

test('a controller that is killed leaves its container alone, and the next one goes on with it', async () => {
  const before = await containerOf(NAMESPACE, 'node-1');
  const startedAt = await valueOf(NAMESPACE, 'node-1', '.status.container.startedAt');
  const running = await runningContainers();
  expect(running).toContain(before);
  const pod = await podOnNode('controller', 'node-1');
  await killPod(pod);
  await untilReplaced('controller', 2, [pod]);
  // Only the controller of the node answers a new lifetime with a new expiry.
  const expiry = await valueOf(NAMESPACE, 'node-1', '.status.grantedExpiry');
  await kubectl(
    'patch',
    '-n',
    NAMESPACE,
    'mcps/node-1',
    '--type=merge',
    '-p',
    '{"spec":{"lifetime":{"ttlSeconds":7200}}}',
  );
  await kubectl('wait', '-n', NAMESPACE, 'mcps/node-1', `--for=jsonpath={.status.observedGeneration}=2`, PATIENCE);
  expect(await valueOf(NAMESPACE, 'node-1', '.status.grantedExpiry')).not.toBe(expiry);
  await untilReady(NAMESPACE, 'node-1');
  expect(await containerOf(NAMESPACE, 'node-1')).toBe(before);
  expect(await valueOf(NAMESPACE, 'node-1', '.status.container.startedAt')).toBe(startedAt);
  expect(await valueOf(NAMESPACE, 'node-1', '.status.restartCount')).toMatch(/^0?$/);
  expect(await runningContainers()).toEqual(running);
});

test('with the token of its own node a controller may write its session, and with that of another it may do nothing to it', async () => {
  const admin = adminClient();
  const tokens = await Promise.all(NAMES.map(stolenToken));
  const [own, other] = tokens.map(clientOf);
  if (own === undefined || other === undefined) throw new Error('there are not two nodes');
  const path = pathOf(NAMESPACE, 'node-1');
  const { body } = await admin.request({ method: 'GET', path }, never);
  const query = { dryRun: 'All' };
  const finalizers = { metadata: { finalizers: ['mcpsession.dev/container'] } };
  const writes: readonly KubeRequest[] = [
    { method: 'PUT', path: `${path}/status`, body, query },
    { method: 'PATCH', path, body: finalizers, contentType: 'application/merge-patch+json', query },
    { method: 'DELETE', path, query },
  ];
  for (const write of writes) {
    const { method } = write;
    expect(await outcome(own, write), `${method} with its own token`).toBe('done');
    expect(await outcome(other, write), `${method} with a stolen token`).toMatch(
      /is forbidden: .* its (own )?node only$/,
    );
  }
  const node = '/apis/mcpsession.dev/v1alpha1/mcpnodes/node-1';
  const { body: mcpNode } = await admin.request({ method: 'GET', path: node }, never);
  const report: KubeRequest = { method: 'PUT', path: `${node}/status`, body: mcpNode, query };
  expect(await outcome(own, report)).toBe('done');
  expect(await outcome(other, report)).toContain(
    'the status of an McpNode is written by the controller of that node only',
  );
  for (const client of [admin, own, other]) await client.close();
});

/** As somebody has it who reads the files of the pod. */
async function stolenToken(node: string): Promise<string> {
  const file = '/var/run/secrets/kubernetes.io/serviceaccount/token';
  const script = `require('fs').readFileSync('${file}', 'utf8')`;
  const pod = await podOnNode('controller', node);
  return kubectl('exec', '-n', SYSTEM_NAMESPACE, pod, '--', '/nodejs/bin/node', '-p', script);
}

const outcome = (client: KubeClient, request: KubeRequest): Promise<string> =>
  client.request(request, never).then(
    () => 'done',
    (thrown: unknown) => asOperatorError(thrown).message,
  );
