// Paths of the API, built from encoded segments only: a name with "/" or ".." in it can never address something else.

import { OperatorError } from '../lib/errors.ts';
import type { ReadAge } from '../ports/sessions.ts';
import { GROUP, NODE_PLURAL, SESSION_PLURAL, VERSION } from '../model/names.ts';

/** A resource of the API: where its objects live and whether they have a namespace. */
export interface ApiResource {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export const SESSIONS: ApiResource = { group: GROUP, version: VERSION, plural: SESSION_PLURAL, namespaced: true };
export const NODES: ApiResource = { group: GROUP, version: VERSION, plural: NODE_PLURAL, namespaced: false };
export const LEASES: ApiResource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespaced: true };
export const EVENTS: ApiResource = { group: 'events.k8s.io', version: 'v1', plural: 'events', namespaced: true };
export const SECRETS: ApiResource = { group: '', version: 'v1', plural: 'secrets', namespaced: true };
export const CONFIG_MAPS: ApiResource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };
export const NAMESPACES: ApiResource = { group: '', version: 'v1', plural: 'namespaces', namespaced: false };
export const SERVICE_ACCOUNTS: ApiResource = { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true };
export const SERVICES: ApiResource = { group: '', version: 'v1', plural: 'services', namespaced: true };
export const PODS: ApiResource = { group: '', version: 'v1', plural: 'pods', namespaced: true };
export const CRDS: ApiResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
export const WEBHOOK_CONFIGURATIONS: ApiResource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
};

/** Path of a collection; `namespace` null means all namespaces (or a cluster resource). */
export function collectionPath(resource: ApiResource, namespace: string | null): string {
  const base = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === null ? '' : `/namespaces/${segment(namespace)}`;
  return `${base}${scope}/${resource.plural}`;
}

export function objectPath(
  resource: ApiResource,
  object: { readonly namespace: string | null; readonly name: string },
  subresource: '' | 'status' | 'token' | 'portforward' = '',
): string {
  const path = `${collectionPath(resource, object.namespace)}/${segment(object.name)}`;
  return subresource === '' ? path : `${path}/${subresource}`;
}

/** Dots alone would survive encoding and climb the path; "" would address the collection. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..')
    throw new OperatorError('invalid', `${JSON.stringify(name)} is not a name`);
  return encodeURIComponent(name);
}

/** Resource version 0 is answered from the watch cache of the API server; without one it asks etcd. */
export const ageQuery = (age: ReadAge = 'live'): { readonly resourceVersion?: string } =>
  age === 'recent' ? { resourceVersion: '0' } : {};
