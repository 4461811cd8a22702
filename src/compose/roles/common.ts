// What every role gets from its composition root.

import type { KubeClient } from '../../kube/kube-client.ts';
import type { Policy } from '../../model/policy.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { createSessionEvents } from '../../kube/session-events.ts';
import type { Metrics } from '../../process/metrics.ts';

export interface RoleContext {
  /** As the role's own account. */
  readonly client: KubeClient;
  readonly policy: Policy;
  readonly policyHash: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Distinguishes this process from every other one that could run at the same time; stable for one state directory. */
  readonly identity: string;
}

/** Metrics of a watch, for reflectors. */
export const watchMetrics = (metrics: Metrics, resource: string) => ({
  seen: () => metrics.watchLastEvent.setToCurrentTime({ resource }),
  restarted: () => metrics.watchRestarts.inc({ resource }),
});

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
