// Which pods a Service stands for at the moment, as its own rules say: those of its selector that are Ready, at the port that it names.

import { OperatorError } from '../lib/errors.ts';
import { collectionPath, objectPath, PODS, SERVICES } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import type { PodPort } from './pod-tunnel.ts';
import { listOf, recordOf, textOf, textsOf } from './raw-object.ts';

export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface ServiceTarget {
  readonly selector: string;
  /** Number or name of the port in each pod. */
  readonly port: number | string;
}

export interface ServicePods {
  readonly ready: readonly PodPort[];
  /** Of the selector, whatever their state. */
  readonly total: number;
}

type Raw = Readonly<Record<string, unknown>>;

/** Needs `get services`. Rejects with `not-found` without the Service, and with `unavailable` for one that leads to no pods. */
export async function readServiceTarget(
  client: KubeClient,
  { port, ...service }: ServicePort,
  signal: AbortSignal,
): Promise<ServiceTarget> {
  const { body } = await client.request({ method: 'GET', path: objectPath(SERVICES, service) }, signal);
  const spec = recordOf(recordOf(body)['spec']);
  const pairs = Object.entries(textsOf(spec['selector'])).map(([key, value]) => `${key}=${value}`);
  const entry = listOf(spec['ports'])
    .map(recordOf)
    .find((candidate) => candidate['port'] === port);
  if (pairs.length === 0 || entry === undefined) {
    const lacks = pairs.length === 0 ? 'selector' : `port ${port}`;
    throw new OperatorError('unavailable', `Service ${service.namespace}/${service.name} has no ${lacks}`);
  }
  const target = entry['targetPort'];
  return { selector: pairs.join(','), port: typeof target === 'number' || typeof target === 'string' ? target : port };
}

/** Needs `list pods`. */
export async function listServicePods(
  client: KubeClient,
  { namespace, target }: { readonly namespace: string; readonly target: ServiceTarget },
  signal: AbortSignal,
): Promise<ServicePods> {
  const path = collectionPath(PODS, namespace);
  const { body } = await client.request({ method: 'GET', path, query: { labelSelector: target.selector } }, signal);
  const pods = listOf(recordOf(body)['items']).map(recordOf);
  const ready = pods.filter(isReady).flatMap((pod) => {
    const port = portOf(pod, target.port);
    return port === null ? [] : [{ namespace, name: textOf(recordOf(pod['metadata'])['name']), port }];
  });
  return { ready, total: pods.length };
}

/** Ready, and not on its way out: those that an endpoint of the Service would name. */
function isReady(pod: Raw): boolean {
  if (recordOf(pod['metadata'])['deletionTimestamp'] !== undefined) return false;
  return listOf(recordOf(pod['status'])['conditions'])
    .map(recordOf)
    .some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** null: no container has a port of that name. */
function portOf(pod: Raw, wanted: number | string): number | null {
  if (typeof wanted === 'number') return wanted;
  const ports = listOf(recordOf(pod['spec'])['containers'])
    .flatMap((container) => listOf(recordOf(container)['ports']))
    .map(recordOf);
  const port = ports.find(({ name }) => name === wanted)?.['containerPort'];
  return typeof port === 'number' ? port : null;
}
