// What every role gets from its composition root.

import type { KubeClient } from '../../kube/kube-client.ts';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Namespaces } from '../../ports/policies.ts';
import { createSessionEvents } from '../../kube/session-events.ts';
import type { Metrics } from '../../process/metrics.ts';
import { createNamespaceCache, type NamespaceCache } from '../../kube/namespace-cache.ts';
import { SYSTEM_NAMESPACE } from '../../model/names.ts';
import type { LivePolicies } from '../policy-file.ts';

export interface RoleContext {
  /** Of the operator, where its leases and Secrets are. Left out: SYSTEM_NAMESPACE. */
  readonly namespace?: string;
  /** As the role's own account. */
  readonly client: KubeClient;
  readonly policies: LivePolicies;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Distinguishes this process from every other one that could run at the same time; stable for one state directory. */
  readonly identity: string;
}

export const systemNamespaceOf = ({ namespace = SYSTEM_NAMESPACE }: Pick<RoleContext, 'namespace'>): string =>
  namespace;

/** Metrics of a watch, for reflectors. */
export const watchMetrics = (metrics: Metrics, resource: string) => ({
  seen: () => metrics.watchLastEvent.setToCurrentTime({ resource }),
  restarted: () => metrics.watchRestarts.inc({ resource }),
});

/** The namespaces as a role sees them; runs until `signal` aborts. */
export function watchNamespaces(
  { client, clock, random, metrics }: RoleContext,
  watching: { readonly log: Log; readonly onChange: (name: string) => void },
  signal: AbortSignal,
): NamespaceCache {
  const { log, onChange } = watching;
  const cache = createNamespaceCache({ client, clock, random, log, metrics: watchMetrics(metrics, 'namespaces') });
  cache.run(onChange, signal).catch((thrown: unknown) => {
    if (!signal.aborted) log.error('watch of namespaces ended', { error: asOperatorError(thrown).message });
  });
  return cache;
}

/** Throws `unavailable` for a namespace that the watch has not told of: no profile is assumed. */
export function requireLabels(namespaces: Namespaces, namespace: string): Readonly<Record<string, string>> {
  const labels = namespaces.knownLabelsOf(namespace);
  if (labels !== null) return labels;
  throw new OperatorError('unavailable', `namespace ${namespace} is not known yet; retry`, { retryAfterSeconds: 1 });
}

const FLUSH_MS = 1_000;

/** Events that outlive the stop signal: what the last steps recorded is still written, for a second at most. */
export function openEvents(options: Omit<Parameters<typeof createSessionEvents>[0], 'signal'>) {
  const end = new AbortController();
  const events = createSessionEvents({ ...options, signal: end.signal });
  return {
    events,
    async close(): Promise<void> {
      await events.flush(AbortSignal.timeout(FLUSH_MS)).catch(() => {}); // best effort by contract
      end.abort();
    },
  };
}
