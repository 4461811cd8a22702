// A certificate that is replaced while the API server keeps calling: no request may be lost, none may slip by.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookConfiguration, systemObjects } from '../../../src/compose/cluster-objects.ts';
import { type RunningWebhook, startWebhookRole } from '../../../src/compose/roles/webhook.ts';
import { apply } from '../../../src/kube/apply.ts';
import { installCrds } from '../../../src/kube/install.ts';
import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { sessionCrd } from '../../../src/model/crd.ts';
import { fixedPolicies } from '../../support/policies.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';

const stop = new AbortController();
let server: TestApiServer;
let client: KubeClient;
let webhook: RunningWebhook;

beforeAll(async () => {
  server = await startTestApiServer();
  client = createKubeClient({ kubeconfig: { path: server.kubeconfigPath }, userAgent: 'mcpsession-test' });
  await apply(client, systemObjects()[0], stop.signal);
  await installCrds(client, [sessionCrd()], systemClock, stop.signal);
  const context = {
    client,
    policies: fixedPolicies(),
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    metrics: createMetrics({ version: 'test' }),
    identity: 'test',
  };
  const brief = { certificateLifeMs: 6_000, certificateOverlapMs: 500, certificateCheckMs: 200 };
  webhook = await startWebhookRole(
    context,
    { host: '127.0.0.1', port: 0, hosts: ['127.0.0.1'], ...brief },
    stop.signal,
  );
  await apply(client, webhookConfiguration(webhook), stop.signal);
});
afterAll(async () => {
  stop.abort();
  await webhook.close();
  await client.close();
  await server.stop();
});

test('200 creates across two rotations: each is judged, none is lost', async () => {
  const served = new Set<string>();
  const keeping = webhook.keep(stop.signal);
  const store = createSessionStore(client);
  const namespace = await server.newNamespace();
  const image = `registry.example/a/b@sha256:${'ab'.repeat(32)}`;
  const outcomes: string[] = [];
  for (let index = 0; index < 200; index += 1) {
    const spec = index % 2 === 0 ? { image } : { image, security: { privileged: true } };
    const create = store.create({ namespace, name: `s${index}`, spec, annotations: {}, dryRun: true }, stop.signal);
    outcomes.push(
      await create.then(
        () => 'admitted',
        (thrown: { kind?: string; message: string }) =>
          thrown.message.includes('MCPS-101') ? 'refused' : thrown.message,
      ),
    );
    served.add((await servedCertificates()).join());
    await systemClock.sleep(50, stop.signal);
  }
  const want = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 'admitted' : 'refused'));
  expect(outcomes).toEqual(want);
  expect(served.size).toBeGreaterThanOrEqual(3);
  stop.abort();
  await keeping;
});

/** The certificate that is stored now; it is served half a second later. */
async function servedCertificates(): Promise<readonly string[]> {
  const path = '/api/v1/namespaces/mcpsession-system/secrets/mcpsession-webhook-certificate';
  const { body } = await client.request({ method: 'GET', path }, stop.signal);
  return [(body as { data: Record<string, string> }).data['tls.crt'] ?? '']; // a Secret of ours
}
