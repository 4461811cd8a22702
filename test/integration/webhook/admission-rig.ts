// An API server of its own with the whole of admission as `up` installs it: schema, admission floor, webhook.

import { admissionFloor } from '../../../src/compose/admission/floor.ts';
import { systemObjects, webhookConfiguration } from '../../../src/compose/cluster-objects.ts';
import { startWebhookRole } from '../../../src/compose/roles/webhook.ts';
import { apply } from '../../../src/kube/apply.ts';
import { installCrds } from '../../../src/kube/install.ts';
import { createKubeClient } from '../../../src/kube/kube-client.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { fixedPolicies } from '../../support/policies.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';
import { waitFor } from '../../support/wait-for.ts';

export interface AdmissionRig {
  readonly server: TestApiServer;
  close(): Promise<void>;
}

/** Under the default policy, or `settings` of a policy file. Resolves when both the floor and the webhook refuse. */
export async function openAdmissionRig(settings: Readonly<Record<string, unknown>> = {}): Promise<AdmissionRig> {
  const stop = new AbortController();
  const server = await startTestApiServer();
  const client = createKubeClient({ kubeconfig: { path: server.kubeconfigPath }, userAgent: 'mcpsession-test' });
  const [namespace, ...objects] = systemObjects();
  await apply(client, namespace, stop.signal);
  await Promise.all(objects.map((object) => apply(client, object, stop.signal)));
  await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, stop.signal);
  const context = {
    client,
    policies: fixedPolicies(settings),
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    metrics: createMetrics({ version: 'test' }),
    identity: 'test',
  };
  const webhook = await startWebhookRole(context, { host: '127.0.0.1', port: 0, hosts: ['127.0.0.1'] }, stop.signal);
  await apply(client, webhookConfiguration(webhook), stop.signal);
  for (const object of admissionFloor({ unboundNode: 'n' })) await apply(client, object, stop.signal);
  await waitFor(
    'the floor and the webhook',
    async () => (await isRefused(server, FLOOR)) && isRefused(server, WEBHOOK),
  );
  return {
    server,
    async close() {
      stop.abort();
      await webhook.close();
      await client.close();
      await server.stop();
    },
  };
}

const session = (metadata: object, spec: object): string =>
  JSON.stringify({
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name: 'probe', namespace: 'default', ...metadata },
    spec: { image: PINNED_IMAGE, ...spec },
  });
/** Refused by the floor before the webhook is asked. */
const FLOOR = { manifest: session({ labels: { 'mcpsession.dev/a': 'b' } }, {}), words: 'ValidatingAdmissionPolicy' };
const WEBHOOK = { manifest: session({}, { security: { privileged: true } }), words: 'MCPS-101' };

async function isRefused(server: TestApiServer, probe: typeof FLOOR): Promise<boolean> {
  const { stderr } = await server.kubectl(['create', '--dry-run=server', '-f', '-'], probe.manifest);
  return stderr.includes(probe.words);
}
