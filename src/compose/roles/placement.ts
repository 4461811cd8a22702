// Wires the placement role.

import { createLeaseStore } from '../../kube/lease-store.ts';
import { createNodeCache } from '../../kube/node-cache.ts';
import { createNodeStore } from '../../kube/node-store.ts';
import { createSessionCache } from '../../kube/session-cache.ts';
import { createSessionStore } from '../../kube/session-store.ts';
import { runPlacement } from '../../placement/placement.ts';
import { reserveOf } from '../../plan/room.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../process/leader.ts';
import { choosePolicies } from '../../rules/profile-choice.ts';
import { followClusterTime } from './node-state.ts';
import {
  openEvents,
  requireLabels,
  type RoleContext,
  systemNamespaceOf,
  watchMetrics,
  watchNamespaces,
} from './common.ts';

export interface RunningPlacement {
  readonly done: Promise<void>;
  /** Whether it can lead when its turn comes; only one of several does. */
  readonly isReady: () => boolean;
  /** Writes what was recorded last; call after `done`. */
  close(): Promise<void>;
}

export function startPlacement(context: RoleContext, signal: AbortSignal): RunningPlacement {
  const { client, identity, metrics, policies, random } = context;
  const log = context.log.with({ program: 'placement' });
  const clock = followClusterTime({ client, clock: context.clock, log });
  const cache = createSessionCache({
    client,
    filter: { sessions: 'all' },
    namespace: null,
    clock,
    random,
    log,
    metrics: watchMetrics(metrics, 'mcpsessions'),
  });
  const events = openEvents({ client, component: 'mcpsession-placement', instance: identity, clock, log });
  const nodes = createNodeCache({ client, clock, random, log, metrics: watchMetrics(metrics, 'mcpnodes') });
  const namespaces = watchNamespaces(context, { log, onChange: () => {} }, signal);
  const done = runPlacement(
    {
      cache,
      store: createSessionStore(client),
      events: events.events,
      nodes,
      nodeStore: createNodeStore(client),
      policies: {
        whenKnown: (waiting) => namespaces.whenSynced(waiting),
        reserve: () => reserveOf(policies.current().profiles[policies.current().defaultProfile].policy.limits),
        of: (namespace) => choosePolicies(policies.current(), requireLabels(namespaces, namespace)).enforce.policy,
      },
      leases: createLeaseStore({ client, namespace: systemNamespaceOf(context), clock }),
      identity,
      durations: DEFAULT_LEASE_DURATIONS,
      clock,
      random,
      log,
      metrics,
      written: (session) => cache.observe(session),
    },
    signal,
  );
  done.catch(() => {}); // whoever waits for it hears of it; until then it must not count as unhandled
  return { done, isReady: () => namespaces.isSynced(), close: () => events.close() };
}
