// Where the MCP front end is: a ConfigMap that every authenticated person may read (cluster-objects.ts).

import { isFault } from '../lib/errors.ts';
import { FRONTEND_CONFIG_MAP } from '../model/names.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import { CONFIG_MAPS, objectPath } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { recordOf, textOf } from './raw-object.ts';

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
