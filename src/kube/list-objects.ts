// Lists a collection page by page: one page at a time in memory, and other work gets its turn in between (performance.md 7.1).

import { OperatorError } from '../lib/errors.ts';
import { type ApiResource, collectionPath } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { listOf, recordOf, textOf } from './raw-object.ts';

export interface ListScope {
  readonly resource: ApiResource;
  /** null lists all namespaces. */
  readonly namespace: string | null;
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}

const PAGE_SIZE = 500;
const PAGE_DEADLINE_MS = 30_000;

/**
 * Gives every object to `visit` and resolves to the resourceVersion that the whole list describes: it is consistent, and at
 * least as new as the moment of the first request. Rejects with `expired` when the pages outlived the server's memory.
 */
export async function listObjects(
  client: KubeClient,
  scope: ListScope,
  visit: (raw: unknown) => void,
  signal: AbortSignal,
): Promise<string> {
  const path = collectionPath(scope.resource, scope.namespace);
  const { fieldSelector, labelSelector } = scope;
  let continueToken: string | undefined;
  for (;;) {
    const query = { limit: String(PAGE_SIZE), continue: continueToken, fieldSelector, labelSelector };
    const { body } = await client.request({ method: 'GET', path, query, deadlineMs: PAGE_DEADLINE_MS }, signal);
    const page = recordOf(body);
    const metadata = recordOf(page['metadata']);
    const resourceVersion = textOf(metadata['resourceVersion']);
    if (!('items' in page) || resourceVersion === '') {
      throw new OperatorError('unavailable', `GET ${path}: the answer is not a list`);
    }
    for (const raw of listOf(page['items'])) visit(raw);
    continueToken = textOf(metadata['continue']) || undefined;
    if (continueToken === undefined) return resourceVersion;
  }
}
