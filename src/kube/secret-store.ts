// Secrets of one namespace that belong to the operator itself, such as the webhook's certificate. Never those of sessions.

import { isFault, OperatorError } from '../lib/errors.ts';
import { collectionPath, objectPath, SECRETS } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { metadataOf, recordOf, textsOf } from './raw-object.ts';

export interface SecretRecord {
  /** Decoded values by key. */
  readonly data: Readonly<Record<string, string>>;
  readonly resourceVersion: string;
}

export interface SecretStore {
  /** null only when the API server says that it does not exist. */
  read(name: string, signal: AbortSignal): Promise<SecretRecord | null>;
  /** Creates (resourceVersion null) or replaces; rejects with `already-exists` or `conflict` when somebody else was faster. */
  write(
    name: string,
    secret: { readonly data: Readonly<Record<string, string>>; readonly resourceVersion: string | null },
    signal: AbortSignal,
  ): Promise<SecretRecord>;
}

export function createSecretStore(client: KubeClient, namespace: string): SecretStore {
  return {
    async read(name, signal) {
      try {
        const { body } = await client.request(
          { method: 'GET', path: objectPath(SECRETS, { namespace, name }) },
          signal,
        );
        return parseSecret(body);
      } catch (thrown) {
        if (isFault(thrown, 'not-found')) return null;
        throw thrown;
      }
    },

    async write(name, { data, resourceVersion }, signal) {
      const isNew = resourceVersion === null;
      const metadata = { namespace, name, ...(isNew ? {} : { resourceVersion }) };
      const encoded = Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      );
      const { body } = await client.request(
        {
          method: isNew ? 'POST' : 'PUT',
          path: isNew ? collectionPath(SECRETS, namespace) : objectPath(SECRETS, { namespace, name }),
          body: { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: encoded },
        },
        signal,
      );
      return parseSecret(body);
    },
  };
}

function parseSecret(raw: unknown): SecretRecord {
  const metadata = metadataOf(raw);
  if (metadata === null)
    throw new OperatorError('unavailable', 'the API server answered with something that is no Secret');
  const encoded = Object.entries(textsOf(recordOf(raw)['data']));
  return {
    data: Object.fromEntries(encoded.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')])),
    resourceVersion: metadata.resourceVersion,
  };
}
