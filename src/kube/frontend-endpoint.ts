// Where the MCP front end is: a ConfigMap of the operator's namespace. Everybody who is authenticated may read it, and the webhook
// configuration that names this namespace (cluster-objects.ts).

import { isFault } from '../lib/errors.ts';
import { FRONTEND_CONFIG_MAP, SYSTEM_NAMESPACE } from '../model/names.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import { CONFIG_MAPS, objectPath } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { recordOf, textOf } from './raw-object.ts';
import { readWebhookService } from './webhook-service.ts';

/** `namespace` is that of the operator. null when no front end has said there where it is. */
export async function readFrontendEndpoint(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<NodeEndpoint | null> {
  const path = objectPath(CONFIG_MAPS, { namespace, name: FRONTEND_CONFIG_MAP });
  try {
    const { body } = await client.request({ method: 'GET', path }, signal);
    const data = recordOf(recordOf(body)['data']);
    const url = textOf(data['url']);
    return url === '' ? null : { url, caPem: textOf(data['ca.crt']) };
  } catch (thrown) {
    if (isFault(thrown, 'not-found')) return null;
    throw thrown;
  }
}

/** For who knows nothing but the cluster: in the namespace that the operator was installed into. null when it does not say where. */
export async function findFrontendEndpoint(client: KubeClient, signal: AbortSignal): Promise<NodeEndpoint | null> {
  // The usual namespace meanwhile, so that nobody waits longer. Its fault counts only if it is the right one.
  const usual = readFrontendEndpoint(client, SYSTEM_NAMESPACE, signal);
  const [namespace] = await Promise.all([operatorNamespace(client, signal), usual.catch(() => null)]);
  return namespace === SYSTEM_NAMESPACE ? usual : readFrontendEndpoint(client, namespace, signal);
}

/** As the webhook configuration tells; of `mcpsession up`, which has no Service, and where nobody may look: SYSTEM_NAMESPACE. */
async function operatorNamespace(client: KubeClient, signal: AbortSignal): Promise<string> {
  try {
    return (await readWebhookService(client, signal))?.namespace ?? SYSTEM_NAMESPACE;
  } catch (thrown) {
    if (isFault(thrown, 'forbidden')) return SYSTEM_NAMESPACE;
    throw thrown;
  }
}
