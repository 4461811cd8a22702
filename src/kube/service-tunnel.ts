// A connection to a Service from outside of its cluster: a tunnel to one of its Ready pods, with the rights of the kubeconfig. Every
// connection looks anew, so that a pod that went away matters to nobody but those who talked with it.

import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { isFault, OperatorError } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connection } from './connection.ts';
import type { KubeClient } from './kube-client.ts';
import { openPodTunnel, type PodPort } from './pod-tunnel.ts';
import { listServicePods, readServiceTarget, type ServicePort } from './service-pods.ts';

export interface ServiceTunnelWorld {
  readonly client: KubeClient;
  /** The way of the same kubeconfig. */
  readonly connection: Connection;
  readonly clock: Clock;
}

/** A pod that is replaced is away for some seconds. */
const PATIENCE_MS = 15_000;
const RETRY_MS = 500;

/**
 * Waits a while for a pod that is about to be Ready. Rejects with OperatorError: `forbidden` names the right that is missing and the ways
 * out, `unavailable` says where no Ready pod was found.
 */
export async function openServiceTunnel(
  world: ServiceTunnelWorld,
  service: ServicePort,
  signal: AbortSignal,
): Promise<Duplex> {
  const { client, clock } = world;
  const untilMs = clock.monotonicMs() + PATIENCE_MS;
  const target = await orMissingRight('get services', service, readServiceTarget(client, service, signal));
  for (;;) {
    const listed = listServicePods(client, { namespace: service.namespace, target }, signal);
    const { ready, total } = await orMissingRight('list pods', service, listed);
    const opened = await openOneOf(world, { service, ready: fromAnyOf(ready) }, signal);
    if (!(opened instanceof OperatorError)) return opened;
    if (total === 0 || clock.monotonicMs() >= untilMs) throw opened;
    await clock.sleep(RETRY_MS, signal);
  }
}

/** The first that can be had, or why none can. */
async function openOneOf(
  { connection }: ServiceTunnelWorld,
  { service, ready }: { readonly service: ServicePort; readonly ready: readonly PodPort[] },
  signal: AbortSignal,
): Promise<Duplex | OperatorError> {
  let last = noPod(service);
  for (const pod of ready) {
    try {
      const opening = openPodTunnel(connection, pod, signal);
      return await orMissingRight('get and create pods/portforward', service, opening);
    } catch (thrown) {
      if (!(thrown instanceof OperatorError) || signal.aborted || !AWAY.has(thrown.kind)) throw thrown;
      last = thrown; // that pod is gone, or its node is
    }
  }
  return last;
}

const AWAY: ReadonlySet<OperatorError['kind']> = new Set(['not-found', 'unavailable', 'timeout']);

/** All of them, beginning with any: clients share the replicas. */
function fromAnyOf(pods: readonly PodPort[]): readonly PodPort[] {
  const start = pods.length === 0 ? 0 : randomInt(pods.length);
  return [...pods.slice(start), ...pods.slice(0, start)];
}

async function orMissingRight<T>(right: string, service: ServicePort, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (thrown) {
    if (!(thrown instanceof OperatorError) || !isFault(thrown, 'forbidden')) throw thrown;
    const { namespace } = service;
    throw new OperatorError(
      'forbidden',
      `no right to ${right} in namespace "${namespace}". The name ${nameOf(service)} is known inside of the cluster only; from here it is reached through the API server, by get services, list pods, get and create pods/portforward in that namespace. Ask its admin for a Role with these (examples/rbac/from-outside.yaml), or run this in a pod of the cluster. The API server says: ${thrown.message}`,
      { cause: thrown },
    );
  }
}

const nameOf = ({ name, namespace }: ServicePort): string => `${name}.${namespace}.svc`;

const noPod = (service: ServicePort): OperatorError =>
  new OperatorError(
    'unavailable',
    `no pod behind Service ${service.namespace}/${service.name} is Ready, and its name is known inside of the cluster only; look at kubectl get pods,endpointslices -n ${service.namespace}`,
  );
