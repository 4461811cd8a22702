// The baseline of goal 3: a controller that writes what ours writes (assignment, finalizer, Ready; on deletion the finalizer's
// removal) and does nothing else, on a kind of its own on the same API server. One write per look, each caused by what the
// watch brought, as placement and controller do.

import { type ApiResource, objectPath } from '../../../src/kube/api-paths.ts';
import { installCrds } from '../../../src/kube/install.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { listOf, recordOf, textOf } from '../../../src/kube/raw-object.ts';
import { asOperatorError, isFault, OperatorError } from '../../../src/lib/errors.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { type ObjectWatch, openObjectWatch, type Seen } from './object-watch.ts';

export const NULL_GROUP = 'bench.mcpsession.dev';
export const NULL_SESSIONS: ApiResource = {
  group: NULL_GROUP,
  version: 'v1',
  plural: 'nullsessions',
  namespaced: true,
};
export const NULL_KIND = { apiVersion: `${NULL_GROUP}/v1`, kind: 'NullSession' } as const;

const FINALIZER = `${NULL_GROUP}/nothing`;
const NODE = 'bench';

/** Resolves when the kind is served and the controller watches it. */
export async function openNullController(
  at: { readonly client: KubeClient; readonly namespace: string },
  signal: AbortSignal,
): Promise<ObjectWatch> {
  await installCrds(at.client, [nullCrd()], systemClock, signal);
  const write = async (object: NonNullable<Seen>): Promise<void> => {
    const request = nextWrite(object, at.namespace);
    if (request !== null) await at.client.request(request, signal);
  };
  let fault: OperatorError | null = null;
  const onEvent = (_name: string, object: Seen): void => {
    if (object === null) return;
    write(object).catch((thrown: unknown) => {
      // An event from before our own write: the one from after it follows.
      if (!isFault(thrown, 'conflict') && !signal.aborted) fault ??= asOperatorError(thrown);
    });
  };
  const watch = await openObjectWatch({ ...at, resource: NULL_SESSIONS, onEvent }, signal);
  return {
    until: (name, holds, waiting) => watch.until(name, holds, waiting),
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      if (fault !== null)
        throw new OperatorError('internal', `the null controller could not write: ${fault.message}`, { cause: fault });
    },
  };
}

function nextWrite(object: NonNullable<Seen>, namespace: string): Parameters<KubeClient['request']>[0] | null {
  const metadata = recordOf(object['metadata']);
  const status = recordOf(object['status']);
  const at = { namespace, name: textOf(metadata['name']) };
  const { resourceVersion } = metadata;
  const hasFinalizer = listOf(metadata['finalizers']).includes(FINALIZER);
  const finalizers = (wanted: readonly string[]) => ({
    method: 'PATCH' as const,
    path: objectPath(NULL_SESSIONS, at),
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion, finalizers: wanted } },
  });
  const putStatus = (change: object) => ({
    method: 'PUT' as const,
    path: objectPath(NULL_SESSIONS, at, 'status'),
    body: { ...NULL_KIND, metadata: { ...at, resourceVersion }, status: { ...status, ...change } },
  });
  if (metadata['deletionTimestamp'] !== undefined) return hasFinalizer ? finalizers([]) : null;
  if (status['nodeName'] === undefined) return putStatus({ nodeName: NODE });
  if (!hasFinalizer) return finalizers([FINALIZER]);
  return status['ready'] === true ? null : putStatus({ ready: true });
}

export const isNullReady = (object: Seen): boolean => recordOf(object?.['status'])['ready'] === true;

function nullCrd() {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${NULL_SESSIONS.plural}.${NULL_GROUP}` },
    spec: {
      group: NULL_GROUP,
      scope: 'Namespaced',
      names: { plural: NULL_SESSIONS.plural, singular: 'nullsession', kind: NULL_KIND.kind },
      versions: [{ name: NULL_SESSIONS.version, served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}
