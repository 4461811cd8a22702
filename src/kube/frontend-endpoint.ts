// Where the MCP front end is: a ConfigMap that every authenticated person may read (cluster-objects.ts).

import { isFault } from '../lib/errors.ts';
import { FRONTEND_CONFIG_MAP, SYSTEM_NAMESPACE } from '../model/names.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import type { KubeClient } from './kube-client.ts';
import { recordOf, textOf } from './raw-object.ts';

/** null when no front end has said where it is. */
export async function readFrontendEndpoint(client: KubeClient, signal: AbortSignal): Promise<NodeEndpoint | null> {
  const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/configmaps/${FRONTEND_CONFIG_MAP}`;
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
