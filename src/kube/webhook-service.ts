// Which Service judges sessions in a cluster, as its webhook configuration tells: that of an operator whose programs run in pods.

import { isFault } from '../lib/errors.ts';
import { WEBHOOK_CONFIGURATION } from '../model/names.ts';
import { objectPath, WEBHOOK_CONFIGURATIONS } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { listOf, recordOf, textOf, textsOf } from './raw-object.ts';

export interface WebhookService {
  readonly namespace: string;
  /** Whose Helm release it is; "" where nobody noted it. */
  readonly release: string;
}

/** null where there is no configuration, or one with an address instead, as of `mcpsession up`. */
export async function readWebhookService(client: KubeClient, signal: AbortSignal): Promise<WebhookService | null> {
  const path = objectPath(WEBHOOK_CONFIGURATIONS, { namespace: null, name: WEBHOOK_CONFIGURATION });
  try {
    const { body } = await client.request({ method: 'GET', path }, signal);
    const [webhook] = listOf(recordOf(body)['webhooks']);
    const namespace = textOf(recordOf(recordOf(recordOf(webhook)['clientConfig'])['service'])['namespace']);
    const annotations = textsOf(recordOf(recordOf(body)['metadata'])['annotations']);
    return namespace === '' ? null : { namespace, release: annotations['meta.helm.sh/release-name'] ?? '' };
  } catch (thrown) {
    if (isFault(thrown, 'not-found')) return null;
    throw thrown;
  }
}
