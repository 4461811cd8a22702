// Server-side apply of whole objects, for what the operator installs about itself: CRDs, RBAC, ServiceAccounts, the webhook
// configuration. Idempotent: an object that is as wanted is not written.

import { OperatorError } from '../lib/errors.ts';
import { API_VERSION, NODE_KIND, SESSION_KIND } from '../model/names.ts';
import {
  type ApiResource,
  CRDS,
  NAMESPACES,
  NODES,
  objectPath,
  SECRETS,
  SERVICE_ACCOUNTS,
  SESSIONS,
  WEBHOOK_CONFIGURATIONS,
} from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { recordOf, textOf } from './raw-object.ts';

export const FIELD_MANAGER = 'mcpsession';
/** The body may be JSON. */
export const APPLY_CONTENT_TYPE = 'application/apply-patch+yaml';

const rbac = (plural: string, namespaced: boolean): ApiResource => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural,
  namespaced,
});

const admission = (plural: string): ApiResource => ({ ...WEBHOOK_CONFIGURATIONS, plural });

/** What may be applied, by "apiVersion/kind". Closed: an unknown kind is a mistake of ours, not a guess at a path. */
const APPLICABLE: ReadonlyMap<string, ApiResource> = new Map([
  ['v1/Namespace', NAMESPACES],
  ['v1/ServiceAccount', SERVICE_ACCOUNTS],
  ['v1/Secret', SECRETS],
  ['v1/ConfigMap', { ...SECRETS, plural: 'configmaps' }],
  ['rbac.authorization.k8s.io/v1/ClusterRole', rbac('clusterroles', false)],
  ['rbac.authorization.k8s.io/v1/ClusterRoleBinding', rbac('clusterrolebindings', false)],
  ['rbac.authorization.k8s.io/v1/Role', rbac('roles', true)],
  ['rbac.authorization.k8s.io/v1/RoleBinding', rbac('rolebindings', true)],
  ['admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration', WEBHOOK_CONFIGURATIONS],
  ['admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy', admission('validatingadmissionpolicies')],
  ['admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding', admission('validatingadmissionpolicybindings')],
  ['apiextensions.k8s.io/v1/CustomResourceDefinition', CRDS],
  [`${API_VERSION}/${SESSION_KIND}`, SESSIONS],
  [`${API_VERSION}/${NODE_KIND}`, NODES],
]);

/** Resolves to the stored object. Rejects with `invalid` for a kind that is not in the closed list or an object without a name. */
export async function apply(client: KubeClient, object: unknown, signal: AbortSignal): Promise<unknown> {
  const { body } = await client.request(
    {
      method: 'PATCH',
      path: pathOfObject(object),
      query: { fieldManager: FIELD_MANAGER, force: 'true', fieldValidation: 'Strict' },
      contentType: APPLY_CONTENT_TYPE,
      body: object,
    },
    signal,
  );
  return body;
}

function pathOfObject(object: unknown): string {
  const { apiVersion, kind, metadata } = recordOf(object);
  const type = `${textOf(apiVersion)}/${textOf(kind)}`;
  const resource = APPLICABLE.get(type);
  if (resource === undefined) throw new OperatorError('invalid', `${type} cannot be applied`);
  const { name, namespace } = recordOf(metadata);
  if (resource.namespaced && textOf(namespace) === '') throw new OperatorError('invalid', `${type} needs a namespace`);
  return objectPath(resource, { namespace: resource.namespaced ? textOf(namespace) : null, name: textOf(name) });
}
