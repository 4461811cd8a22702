// What creates of sessions meet while the webhook is replaced, crashes, gets another certificate or is gone.

import { connect } from 'node:tls';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { waitFor } from '../../../hack/cluster/wait-for.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { asOperatorError } from '../../../src/lib/errors.ts';
import { SYSTEM_NAMESPACE, WEBHOOK_CERTIFICATE_SECRET } from '../../../src/model/names.ts';
import { apply, kubectl } from '../support/cluster-command.ts';
import { NODE_PROGRAM } from '../support/node-pod.ts';
import { createDuring } from './support/creates.ts';
import { ensureInstalled } from './support/helm.ts';
import { crashOne, endPod, podsOf, selectorOf, untilReplaced } from './support/pods.ts';
import {
  adminClient,
  containerOf,
  makeNamespace,
  never,
  PATIENCE,
  pathOf,
  removeNamespace,
  runningContainers,
  sessionObject,
  untilReady,
} from './support/sessions.ts';

const NAMESPACES = ['ct-outage-1', 'ct-outage-2', 'ct-outage-3', 'ct-outage-4'];
const [NAMESPACE = ''] = NAMESPACES;
const CREATES = 200;
const WEBHOOK_PORT = 9443;

let client: KubeClient;
beforeAll(async () => {
  await ensureInstalled();
  for (const namespace of NAMESPACES) await makeNamespace(namespace);
  client = adminClient();
});
afterAll(async () => {
  await client.close();
  for (const namespace of NAMESPACES) await removeNamespace(namespace);
});

const load = (retries = false) => ({ client, namespaces: NAMESPACES, atLeast: CREATES, retries });

async function replaceWebhooks(): Promise<void> {
  const pods = await podsOf('webhook');
  expect(pods).toHaveLength(2);
  for (const [index, pod] of pods.entries()) {
    await endPod(pod);
    await untilReplaced('webhook', 2, pods.slice(0, index + 1));
  }
}

test('webhook pods are replaced one by one during 200 creates: none fails, and nothing unsafe is let through', async () => {
  const { safe, refused, retried, wrong } = await createDuring(replaceWebhooks, load());
  expect(wrong).toEqual([]);
  expect(retried).toBe(0);
  expect(safe + refused).toBeGreaterThanOrEqual(CREATES);
  expect(refused).toBeGreaterThanOrEqual(CREATES / 4);
});

test('webhooks crash one after the other during 200 creates: what fails is told and made by a second try, and nothing unsafe is let through', async () => {
  const crashes = async (): Promise<void> => {
    await crashOne('webhook');
    await crashOne('webhook');
  };
  const { safe, refused, retried, wrong } = await createDuring(crashes, load(true));
  process.stdout.write(`webhooks crashed: ${safe + refused} creates, ${retried} of them told to try again\n`);
  expect(wrong).toEqual([]);
  expect(safe + refused).toBeGreaterThanOrEqual(CREATES);
  expect(refused).toBeGreaterThanOrEqual(CREATES / 4);
});

test('the certificate of the webhook is rotated during 200 creates: none fails, and nothing unsafe is let through', async () => {
  const before = await servedCertificates();
  const rotate = async (): Promise<void> => {
    await kubectl('delete', 'secret', '-n', SYSTEM_NAMESPACE, WEBHOOK_CERTIFICATE_SECRET);
    await waitFor({
      what: 'both webhooks to serve another certificate',
      withinMs: 120_000,
      isTrue: async () => (await servedCertificates()).every((fingerprint) => !before.includes(fingerprint)),
    });
  };
  const { safe, refused, retried, wrong } = await createDuring(rotate, load());
  expect(wrong).toEqual([]);
  expect(retried).toBe(0);
  expect(safe + refused).toBeGreaterThanOrEqual(CREATES);
});

test('without any webhook no session is created or changed, sessions can be deleted, and others notice nothing', async () => {
  for (const name of ['stays', 'goes']) await apply(sessionObject({ namespace: NAMESPACE, name }));
  await untilReady(NAMESPACE, 'stays', 'goes');
  const containers = { stays: await containerOf(NAMESPACE, 'stays'), goes: await containerOf(NAMESPACE, 'goes') };
  await kubectl('scale', '-n', SYSTEM_NAMESPACE, 'deployment/mcpsession-webhook', '--replicas=0');
  await kubectl('wait', 'pod', '-n', SYSTEM_NAMESPACE, '-l', selectorOf('webhook'), '--for=delete', PATIENCE);

  const create = (spec: object): Promise<string> =>
    client
      .request(
        { method: 'POST', path: pathOf(NAMESPACE), body: sessionObject({ namespace: NAMESPACE, name: 'new' }, spec) },
        never,
      )
      .then(
        () => 'created',
        (thrown: unknown) => asOperatorError(thrown).message,
      );
  const suspend = '{"spec":{"operatingMode":"Suspended"}}';
  const closed = 'failed calling webhook "validate.mcpsession.dev"';
  for (const spec of [{}, { security: { privileged: true } }]) expect(await create(spec)).toContain(closed);
  await expect(kubectl('patch', '-n', NAMESPACE, 'mcps/stays', '--type=merge', '-p', suspend)).rejects.toThrow(closed);

  await kubectl('label', '-n', NAMESPACE, 'mcps/stays', 'team=blue');
  await kubectl('delete', '-n', NAMESPACE, 'mcps/goes', PATIENCE);
  expect(await runningContainers()).toEqual(expect.not.arrayContaining([containers.goes]));
  expect(await runningContainers()).toContain(containers.stays);
  await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-others', namespace: NAMESPACE } });
  const container = { name: 'main', ...NODE_PROGRAM, image: inject('operatorImage'), args: ['-e', ''] };
  const spec = { restartPolicy: 'Never', containers: [container] };
  await apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'of-others', namespace: NAMESPACE }, spec });
  await kubectl('wait', '-n', NAMESPACE, 'pod/of-others', '--for=jsonpath={.status.phase}=Succeeded', PATIENCE);

  await kubectl('scale', '-n', SYSTEM_NAMESPACE, 'deployment/mcpsession-webhook', '--replicas=2');
  await untilReplaced('webhook', 2, []);
  expect(await create({ security: { privileged: true } })).toContain('MCPS-101');
  expect(await create({})).toBe('created');
  expect(await containerOf(NAMESPACE, 'stays')).toBe(containers.stays);
});

/** Fingerprints, one of each pod. */
async function servedCertificates(): Promise<readonly string[]> {
  const path = '{range .items[*]}{.status.podIP}{"\\n"}{end}';
  const addresses = await kubectl(
    'get',
    'pods',
    '-n',
    SYSTEM_NAMESPACE,
    '-l',
    selectorOf('webhook'),
    '-o',
    `jsonpath=${path}`,
  );
  return Promise.all(addresses.split('\n').map(fingerprintAt));
}

function fingerprintAt(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // Which certificate, not whether it is good: the API server judges that.
    const socket = connect({ host, port: WEBHOOK_PORT, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
