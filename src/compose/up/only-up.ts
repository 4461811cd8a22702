// One `up` per cluster: two would fight over the webhook configuration and the certificate behind it.

import { createLeaseStore } from '../../kube/lease-store.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isFault, OperatorError } from '../../lib/errors.ts';
import { SYSTEM_NAMESPACE } from '../../model/names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { DEFAULT_LEASE_DURATIONS, runAsLeader } from '../../process/leader.ts';

const LEASE = 'mcpsession-up';

export interface OnlyUp {
  /** Rejects when another `up` took over; a silent API server alone is waited out. */
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

/** Rejects with `conflict` while another `up` serves the cluster; one that was killed is waited out (15 s). */
export async function becomeOnlyUp(
  options: {
    readonly client: KubeClient;
    readonly identity: string;
    readonly clock: Clock;
    readonly log: Log;
  },
  signal: AbortSignal,
): Promise<OnlyUp> {
  const { client, identity, clock, log } = options;
  const end = new AbortController();
  const held = Promise.withResolvers<void>();
  const lost = runAsLeader(
    {
      leases: createLeaseStore({ client, namespace: SYSTEM_NAMESPACE, clock }),
      name: LEASE,
      identity,
      durations: DEFAULT_LEASE_DURATIONS,
      clock,
      log,
      whenHeld: 'refuse',
      lead: (leading) => {
        held.resolve();
        return new Promise((resolve) => leading.addEventListener('abort', () => resolve(), { once: true }));
      },
    },
    AbortSignal.any([signal, end.signal]),
  ).catch((thrown: unknown) => {
    throw isFault(thrown, 'conflict') ? takenError(client.url, thrown) : thrown;
  });
  lost.catch(() => {}); // raced below, and watched by whoever got it
  await Promise.race([held.promise, lost]);
  signal.throwIfAborted();
  return {
    lost,
    async release() {
      end.abort();
      await lost.catch(() => {}); // told above
    },
  };
}

const takenError = (url: string, cause: unknown): OperatorError =>
  new OperatorError(
    'conflict',
    `the cluster ${url} is served by another \`mcpsession up\`; stop that one, or use another cluster`,
    { cause },
  );
