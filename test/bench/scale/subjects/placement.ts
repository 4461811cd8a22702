// All sessions as the placement role keeps them: the product's reflector, cache, queue and looks. Only leases and nodes are of
// memory.

import { KubeConfig } from '@kubernetes/client-node';

import { createKubeClient, type KubeClient } from '../../../../src/kube/kube-client.ts';
import { createSessionCache } from '../../../../src/kube/session-cache.ts';
import { createSessionStore } from '../../../../src/kube/session-store.ts';
import { NODE_LEASE_PREFIX } from '../../../../src/model/names.ts';
import { runPlacement } from '../../../../src/placement/placement.ts';
import { silentLog } from '../../../../src/ports/log.ts';
import type { LeaseRecord, LeaseStore } from '../../../../src/ports/nodes.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../../../src/process/leader.ts';
import { createMetrics } from '../../../../src/process/metrics.ts';
import { systemClock } from '../../../../src/process/system-clock.ts';
import { chosenPolicies } from '../../../support/policies.ts';
import { memoryLeases } from '../../kit/memory-leases.ts';
import type { Subject } from '../protocol.ts';

/** The node that the recorded sessions are assigned to. */
const NODE = 'bench';

export function openPlacement(url: string): Subject {
  const userAgent = `bench-${process.pid}`;
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromClusterAndUser({ name: 'replay', server: url, skipTLSVerify: true }, { name: 'nobody' });
  const plain = createKubeClient({ kubeconfig, userAgent });
  let watching = Promise.withResolvers<void>();
  const client: KubeClient = {
    ...plain,
    async stream(request, signal) {
      const chunks = await plain.stream(request, signal);
      watching.resolve(); // it watches again: the list is complete
      return chunks;
    },
  };
  const common = { client, clock: systemClock, random: Math.random, log: silentLog };
  const metrics = createMetrics({ version: 'bench' });
  const cache = createSessionCache({ ...common, filter: { sessions: 'all' }, namespace: null });
  const { policy } = chosenPolicies().enforce;
  const node = {
    name: NODE,
    uid: NODE,
    resourceVersion: '1',
    generation: 1,
    labels: {},
    spec: { unschedulable: false },
    status: {},
  };
  const placement = {
    ...common,
    cache,
    store: createSessionStore(client),
    events: { record: () => {} },
    nodes: { run: async () => {}, isSynced: () => true, all: () => [node], cached: () => node },
    nodeStore: { read: async () => node },
    policies: { whenKnown: async () => {}, reserve: () => ({ cpuNano: 0, memoryBytes: 0 }), of: () => policy },
    leases: leasesOfOneNode(),
    identity: 'bench',
    durations: DEFAULT_LEASE_DURATIONS,
    metrics,
    written: () => {},
  };
  let started = false;
  return {
    async list() {
      watching = Promise.withResolvers();
      if (started) await fetch(url, { method: 'POST', headers: { 'user-agent': userAgent } });
      else
        runPlacement(placement, new AbortController().signal).catch((thrown: unknown) =>
          process.emitWarning(String(thrown)),
        );
      started = true;
      await watching.promise;
    },
  };
}

/** Renewed at every look: a node that is lost would have something to be said about each of its sessions. */
function leasesOfOneNode(): LeaseStore {
  const renewed = (): LeaseRecord => ({
    holder: NODE,
    durationSeconds: 15,
    renewTime: new Date().toISOString(),
    resourceVersion: '1',
  });
  return { ...memoryLeases(), list: async () => new Map([[`${NODE_LEASE_PREFIX}${NODE}`, renewed()]]) };
}
