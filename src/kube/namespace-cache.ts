// The labels of the cluster's namespaces, watched: they choose the policy profile of every decision, so nobody waits for them.

import { isFault } from '../lib/errors.ts';
import type { Namespaces } from '../ports/policies.ts';
import { NAMESPACES, objectPath } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { metadataOf, recordOf, textsOf } from './raw-object.ts';
import { type CacheOptions, createReflector } from './reflector.ts';

type Labels = Readonly<Record<string, string>>;

export interface NamespaceCache extends Namespaces {
  /** Runs until `signal` aborts. `onChange` gets the name of a namespace whose object changed. */
  run(onChange: (name: string) => void, signal: AbortSignal): Promise<void>;
  isSynced(): boolean;
  whenSynced(signal: AbortSignal): Promise<void>;
}

export function createNamespaceCache(options: CacheOptions): NamespaceCache {
  const { client } = options;
  const reflector = createReflector<Labels>({ ...options, resource: NAMESPACES, namespace: null, parse: labelsIn });
  return {
    run: (onChange, signal) => reflector.run(onChange, signal),
    isSynced: () => reflector.isSynced(),
    whenSynced: (signal) => reflector.whenSynced(signal),
    knownLabelsOf: (namespace) => reflector.get(namespace),
    async labelsOf(namespace, signal) {
      const known = reflector.isSynced() ? reflector.get(namespace) : null;
      return known ?? (await askFor(client, namespace, signal));
    },
  };
}

/** One that the watch has not told of yet: sessions follow a new namespace within milliseconds. */
async function askFor(client: KubeClient, namespace: string, signal: AbortSignal): Promise<Labels> {
  try {
    const path = objectPath(NAMESPACES, { namespace: null, name: namespace });
    const { body } = await client.request({ method: 'GET', path }, signal);
    return labelsIn(body);
  } catch (thrown) {
    if (isFault(thrown, 'not-found')) return {};
    throw thrown;
  }
}

function labelsIn(raw: unknown): Labels {
  if (metadataOf(raw) === null) return {};
  return textsOf(recordOf(recordOf(raw)['metadata'])['labels']);
}
