// What an installation needs once: the CRDs served, tokens for our own ServiceAccounts, the identity of the cluster, and our
// CA in the webhook configuration.

import { isFault, OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type ApiResource,
  collectionPath,
  CRDS,
  NAMESPACES,
  objectPath,
  SERVICE_ACCOUNTS,
  WEBHOOK_CONFIGURATIONS,
} from './api-paths.ts';
import { apply } from './apply.ts';
import type { KubeClient } from './kube-client.ts';
import { listOf, recordOf, textOf } from './raw-object.ts';

export { apply } from './apply.ts';

/** Established takes 10 to 30 ms; a busy server takes longer, a refused name takes for ever. */
const INSTALL_DEADLINE_MS = 30_000;
const POLL_MS = 25;

/**
 * Applies the definitions and resolves when every one of them is served: Established, and one LIST answered, because the first
 * one after a start or an installation can be refused (control-plane.md, traps 2 and 3). A POST within 2 s of a first
 * installation is held for 2 s by the server; apply is not.
 */
export async function installCrds(
  client: KubeClient,
  crds: readonly unknown[],
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = clock.monotonicMs() + INSTALL_DEADLINE_MS;
  for (const crd of crds) {
    const stored = recordOf(await apply(client, crd, signal));
    await waitUntilServed({ client, resource: resourceOf(stored), clock, untilMs }, signal);
  }
}

async function waitUntilServed(
  wait: {
    readonly client: KubeClient;
    readonly resource: ApiResource;
    readonly clock: Clock;
    readonly untilMs: number;
  },
  signal: AbortSignal,
): Promise<void> {
  const { client, resource, clock } = wait;
  const crdPath = objectPath(CRDS, { namespace: null, name: `${resource.plural}.${resource.group}` });
  let last = 'not established yet';
  while (clock.monotonicMs() < wait.untilMs) {
    try {
      const crd = await client.request({ method: 'GET', path: crdPath }, signal);
      if (isEstablished(recordOf(crd.body))) {
        await client.request({ method: 'GET', path: collectionPath(resource, null), query: { limit: '1' } }, signal);
        return;
      }
    } catch (thrown) {
      if (!isFault(thrown, 'unavailable') && !isFault(thrown, 'not-found') && !isFault(thrown, 'forbidden'))
        throw thrown;
      last = thrown instanceof Error ? thrown.message : String(thrown);
    }
    await clock.sleep(POLL_MS, signal);
  }
  throw new OperatorError(
    'timeout',
    `the API server did not serve ${resource.plural}.${resource.group} within ${INSTALL_DEADLINE_MS} ms: ${last}`,
  );
}

function isEstablished(crd: Readonly<Record<string, unknown>>): boolean {
  const conditions = listOf(recordOf(crd['status'])['conditions']).map(recordOf);
  const holds = (type: string): boolean =>
    conditions.some((condition) => condition['type'] === type && condition['status'] === 'True');
  return holds('Established') && holds('NamesAccepted');
}

function resourceOf(crd: Readonly<Record<string, unknown>>): ApiResource {
  const spec = recordOf(crd['spec']);
  const served = listOf(spec['versions'])
    .map(recordOf)
    .find((version) => version['served'] === true);
  return {
    group: textOf(spec['group']),
    version: textOf(served?.['name']),
    plural: textOf(recordOf(spec['names'])['plural']),
    namespaced: spec['scope'] === 'Namespaced',
  };
}

/** A token of the ServiceAccount for one audience (TokenRequest); the API server grants 600 s at least. */
export async function requestToken(
  client: KubeClient,
  wanted: {
    readonly namespace: string;
    readonly serviceAccount: string;
    /** null: the API server itself. */
    readonly audience: string | null;
    readonly expirationSeconds: number;
  },
  signal: AbortSignal,
): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
  const account = { namespace: wanted.namespace, name: wanted.serviceAccount };
  const { body } = await client.request(
    {
      method: 'POST',
      path: objectPath(SERVICE_ACCOUNTS, account, 'token'),
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          ...(wanted.audience === null ? {} : { audiences: [wanted.audience] }),
          expirationSeconds: wanted.expirationSeconds,
        },
      },
    },
    signal,
  );
  const status = recordOf(recordOf(body)['status']);
  const token = textOf(status['token']);
  const expiresAtMs = Date.parse(textOf(status['expirationTimestamp']));
  if (token === '' || Number.isNaN(expiresAtMs)) {
    throw new OperatorError(
      'unavailable',
      `the API server issued no token for ServiceAccount ${account.namespace}/${account.name}`,
    );
  }
  return { token, expiresAtMs };
}

/** Identity of the cluster: the uid of namespace kube-system, which exists once and for ever. */
export async function clusterId(client: KubeClient, signal: AbortSignal): Promise<string> {
  const path = objectPath(NAMESPACES, { namespace: null, name: 'kube-system' });
  const { body } = await client.request({ method: 'GET', path }, signal);
  return textOf(recordOf(recordOf(body)['metadata'])['uid']);
}

/** What the API server trusts behind that webhook; "" for nothing. Rejects with `not-found` without the configuration. */
export async function readCaBundle(
  client: KubeClient,
  of: { readonly configuration: string; readonly webhook: string },
  signal: AbortSignal,
): Promise<string> {
  const path = objectPath(WEBHOOK_CONFIGURATIONS, { namespace: null, name: of.configuration });
  const { body } = await client.request({ method: 'GET', path }, signal);
  const webhook = listOf(recordOf(body)['webhooks'])
    .map(recordOf)
    .find(({ name }) => name === of.webhook);
  return Buffer.from(textOf(recordOf(webhook?.['clientConfig'])['caBundle']), 'base64').toString('utf8');
}

/**
 * Puts the CA into one webhook of a ValidatingWebhookConfiguration and touches nothing else. Resolves to false, without a
 * write, when it is there already. Rejects with `not-found` without that configuration or webhook, and with `conflict` when
 * somebody else wrote at the same time.
 */
export async function patchCaBundle(
  client: KubeClient,
  wanted: { readonly configuration: string; readonly webhook: string; readonly caPem: string },
  signal: AbortSignal,
): Promise<boolean> {
  const path = objectPath(WEBHOOK_CONFIGURATIONS, { namespace: null, name: wanted.configuration });
  const { body } = await client.request({ method: 'GET', path }, signal);
  const webhooks = listOf(recordOf(body)['webhooks']).map(recordOf);
  const index = webhooks.findIndex((webhook) => webhook['name'] === wanted.webhook);
  if (index < 0) {
    throw new OperatorError(
      'not-found',
      `ValidatingWebhookConfiguration ${wanted.configuration} has no webhook ${wanted.webhook}`,
    );
  }
  const caBundle = Buffer.from(wanted.caPem).toString('base64');
  if (recordOf(webhooks[index]?.['clientConfig'])['caBundle'] === caBundle) return false;
  const { resourceVersion } = recordOf(recordOf(body)['metadata']);
  const patch = [
    // Replacing it with what we read is the fence: 409 when it moved. A failed `test` would be an anonymous 422.
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle },
  ];
  await client.request({ method: 'PATCH', path, contentType: 'application/json-patch+json', body: patch }, signal);
  return true;
}
