// Leases of one namespace. Renewal times are only ever compared for equality, so they come from our own clock unchecked.

import { isFault, OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { LeaseRecord, LeaseStore } from '../ports/nodes.ts';
import { collectionPath, LEASES, objectPath } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { listObjects } from './list-objects.ts';
import { microTime } from './micro-time.ts';
import { metadataOf, recordOf, textOf } from './raw-object.ts';

/** Shorter than any renewal interval: a hanging write must leave time for another one. */
const DEADLINE_MS = 5_000;

export function createLeaseStore(options: {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly clock: Clock;
}): LeaseStore {
  const { client, namespace, clock } = options;
  return {
    async read(name, signal) {
      const path = objectPath(LEASES, { namespace, name });
      try {
        const { body } = await client.request({ method: 'GET', path, deadlineMs: DEADLINE_MS }, signal);
        return parseLease(body);
      } catch (thrown) {
        if (isFault(thrown, 'not-found')) return null;
        throw thrown;
      }
    },

    async write(name, { holder, durationSeconds, resourceVersion }, signal) {
      const spec = {
        holderIdentity: holder,
        leaseDurationSeconds: durationSeconds,
        renewTime: microTime(clock.nowMs()),
      };
      const isNew = resourceVersion === null;
      const metadata = { namespace, name, ...(isNew ? {} : { resourceVersion }) };
      const { body } = await client.request(
        {
          method: isNew ? 'POST' : 'PUT',
          path: isNew ? collectionPath(LEASES, namespace) : objectPath(LEASES, { namespace, name }),
          body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec },
          deadlineMs: DEADLINE_MS,
        },
        signal,
      );
      return parseLease(body);
    },

    async list(prefix, signal) {
      const found = new Map<string, LeaseRecord>();
      const visit = (raw: unknown): void => {
        const name = metadataOf(raw)?.name;
        if (name?.startsWith(prefix) === true) found.set(name, parseLease(raw));
      };
      await listObjects(client, { resource: LEASES, namespace }, visit, signal);
      return found;
    },
  };
}

function parseLease(raw: unknown): LeaseRecord {
  const metadata = metadataOf(raw);
  if (metadata === null)
    throw new OperatorError('unavailable', 'the API server answered with something that is no Lease');
  const spec = recordOf(recordOf(raw)['spec']);
  const seconds = spec['leaseDurationSeconds'];
  return {
    holder: textOf(spec['holderIdentity']),
    durationSeconds: typeof seconds === 'number' ? seconds : 0,
    renewTime: textOf(spec['renewTime']),
    resourceVersion: metadata.resourceVersion,
  };
}
