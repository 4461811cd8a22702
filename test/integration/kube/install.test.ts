import { afterAll, beforeAll, expect, test } from 'vitest';

import { apply, clusterId, installCrds, patchCaBundle, requestToken } from '../../../src/kube/install.ts';
import { createSecretStore } from '../../../src/kube/secret-store.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never, uniqueName } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
let namespace: string;

beforeAll(async () => {
  namespace = await server.newNamespace();
});
afterAll(() => client.close());

const resourceVersion = async (object: string): Promise<string> =>
  (await server.kubectl(['get', object, '-o', 'jsonpath={.metadata.resourceVersion}'])).stdout;

test('installing the same definitions again writes nothing', async () => {
  const before = await resourceVersion('crd/mcpsessions.mcpsession.dev');
  await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, never);
  expect(await resourceVersion('crd/mcpsessions.mcpsession.dev')).toBe(before);
  expect(before).not.toBe('');
});

test('a definition that the server refuses says why', async () => {
  const broken = { ...sessionCrd(), metadata: { name: 'other.mcpsession.dev' } };
  await expect(installCrds(client, [broken], systemClock, never)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('metadata.name: Invalid value: "other.mcpsession.dev"'),
  });
});

test('applies accounts and rights, and refuses a kind it does not know', async () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner', namespace } };
  await apply(client, account, never);
  await apply(client, account, never);
  expect((await server.kubectl(['get', 'serviceaccount', 'runner', '-n', namespace])).code).toBe(0);
  await expect(apply(client, { apiVersion: 'apps/v1', kind: 'Deployment' }, never)).rejects.toMatchObject({
    kind: 'invalid',
    message: 'apps/v1/Deployment cannot be applied',
  });
});

test('the identity of the cluster is the uid of kube-system', async () => {
  const { stdout } = await server.kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}']);
  expect(await clusterId(client, never)).toBe(stdout);
});

test('a token is issued for an account, and not for one that does not exist', async () => {
  await apply(client, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner', namespace } }, never);
  const wanted = { namespace, serviceAccount: 'runner', audience: 'mcpsession', expirationSeconds: 600 };
  const { token, expiresAtMs } = await requestToken(client, wanted, never);
  expect(token.split('.')).toHaveLength(3);
  expect(expiresAtMs - Date.now()).toBeGreaterThan(500_000);
  await expect(requestToken(client, { ...wanted, serviceAccount: 'nobody' }, never)).rejects.toMatchObject({
    kind: 'not-found',
  });
});

test('puts the CA into one webhook, once, and touches nothing else', async () => {
  const configuration = uniqueName('mcpsession-test');
  const webhook = (name: string) => ({
    name,
    clientConfig: { url: 'https://127.0.0.1:1/validate' },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Ignore',
    rules: [{ apiGroups: ['nothing.example'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }],
  });
  const webhooks = [webhook('a.mcpsession.dev'), webhook('b.mcpsession.dev')];
  const type = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' };
  await apply(client, { ...type, metadata: { name: configuration }, webhooks }, never);
  const caPem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const wanted = { configuration, webhook: 'b.mcpsession.dev', caPem };
  expect(await patchCaBundle(client, wanted, never)).toBe(true);
  const before = await resourceVersion(`validatingwebhookconfiguration/${configuration}`);
  expect(await patchCaBundle(client, wanted, never)).toBe(false);
  expect(await resourceVersion(`validatingwebhookconfiguration/${configuration}`)).toBe(before);
  const bundles = '{range .webhooks[*]}[{.clientConfig.caBundle}]{end}';
  const got = await server.kubectl([
    'get',
    'validatingwebhookconfiguration',
    configuration,
    '-o',
    `jsonpath=${bundles}`,
  ]);
  expect(got.stdout).toBe(`[][${Buffer.from(caPem).toString('base64')}]`);
  await apply(client, { ...type, metadata: { name: configuration }, webhooks }, never);
  expect(await patchCaBundle(client, wanted, never)).toBe(false);
  await expect(patchCaBundle(client, { ...wanted, webhook: 'c' }, never)).rejects.toMatchObject({ kind: 'not-found' });
  await server.kubectl(['delete', 'validatingwebhookconfiguration', configuration]);
});

test('of two writers of a secret one loses', async () => {
  const secrets = createSecretStore(client, namespace);
  expect(await secrets.read('cert', never)).toBe(null);
  const created = await secrets.write('cert', { data: { 'tls.crt': 'one\n' }, resourceVersion: null }, never);
  const again = secrets.write('cert', { data: {}, resourceVersion: null }, never);
  await expect(again).rejects.toMatchObject({ kind: 'already-exists' });
  const { resourceVersion } = created;
  await secrets.write('cert', { data: { 'tls.crt': 'two' }, resourceVersion }, never);
  const late = secrets.write('cert', { data: { 'tls.crt': 'three' }, resourceVersion }, never);
  await expect(late).rejects.toMatchObject({ kind: 'conflict' });
  expect((await secrets.read('cert', never))?.data).toEqual({ 'tls.crt': 'two' });
});
