// The Kubernetes objects that the programs need beside the CRDs: namespace, accounts, rights, webhook configuration. `up`
// applies them; the chart renders the same. Rights are the least that each role's calls need.

import {
  CLIENT_SERVICE_ACCOUNT,
  FRONTEND_CERTIFICATE_SECRET,
  FRONTEND_CONFIG_MAP,
  GROUP,
  OWNER_ANNOTATION,
  REFERENCE_READER_ROLE,
  SERVICE_ACCOUNTS,
  SESSION_PLURAL,
  SYSTEM_NAMESPACE,
  VERSION,
  WEBHOOK_CERTIFICATE_SECRET,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_NAME,
} from '../model/names.ts';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

type Role = keyof typeof SERVICE_ACCOUNTS;

const RBAC = 'rbac.authorization.k8s.io';
const labels = { 'app.kubernetes.io/name': 'mcp-session-operator', 'app.kubernetes.io/managed-by': 'mcpsession' };

const sessions = (...verbs: string[]): PolicyRule => ({ apiGroups: [GROUP], resources: ['mcpsessions'], verbs });
const sessionStatus = (...verbs: string[]): PolicyRule => ({
  apiGroups: [GROUP],
  resources: ['mcpsessions/status'],
  verbs,
});
/** Asked for by the admission floor of who changes our finalizer. */
const finalizers: PolicyRule = { apiGroups: [GROUP], resources: ['mcpsessions/finalizers'], verbs: ['update'] };
const nodes = (...verbs: string[]): PolicyRule => ({ apiGroups: [GROUP], resources: ['mcpnodes'], verbs });
const nodeStatus = (...verbs: string[]): PolicyRule => ({ apiGroups: [GROUP], resources: ['mcpnodes/status'], verbs });
const events: PolicyRule = { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };
const accessReviews: PolicyRule = {
  apiGroups: ['authorization.k8s.io'],
  resources: ['subjectaccessreviews'],
  verbs: ['create'],
};
const reviews: readonly PolicyRule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  accessReviews,
];
/** Their labels choose policy profiles; the UID of kube-system names the cluster. */
const namespaces: PolicyRule = { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] };
const leases: PolicyRule = {
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  verbs: ['get', 'list', 'create', 'update'],
};

/** Cluster-wide rights of each role. */
const CLUSTER_RULES: Readonly<Record<Role, readonly PolicyRule[]>> = {
  controller: [
    sessions('get', 'list', 'watch', 'patch', 'delete'),
    sessionStatus('update'),
    nodes('get', 'create', 'patch'),
    nodeStatus('update'),
    events,
    ...reviews,
    namespaces,
  ],
  placement: [
    sessions('get', 'list', 'watch', 'patch'),
    sessionStatus('update'),
    finalizers,
    nodes('get', 'list', 'watch'),
    events,
    namespaces,
  ],
  webhook: [
    sessions('get', 'list', 'watch'),
    namespaces,
    accessReviews,
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingwebhookconfigurations'],
      verbs: ['get', 'patch'],
      resourceNames: [WEBHOOK_CONFIGURATION],
    },
  ],
  frontend: [sessions('get', 'list', 'create', 'patch', 'delete'), nodes('get'), namespaces, ...reviews],
};

/** Rights inside the operator's own namespace. */
const SYSTEM_RULES: Readonly<Partial<Record<Role, readonly PolicyRule[]>>> = {
  controller: [leases],
  placement: [leases],
  webhook: ownCertificate(WEBHOOK_CERTIFICATE_SECRET),
  frontend: [
    ...ownCertificate(FRONTEND_CERTIFICATE_SECRET),
    {
      apiGroups: [''],
      resources: ['configmaps'],
      verbs: ['create', 'get', 'patch'],
      resourceNames: [FRONTEND_CONFIG_MAP],
    },
  ],
};

/** Its Secret, which its replicas share. A right to create cannot name what is created. */
function ownCertificate(secret: string): readonly PolicyRule[] {
  return [
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'], resourceNames: [secret] },
  ];
}

export function systemObjects(): readonly KubernetesObject[] {
  const roles = Object.keys(SERVICE_ACCOUNTS) as Role[]; // keys of a constant
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE, labels } },
    ...roles.flatMap(roleObjects),
    ...userRoles(),
    referenceRole(),
    ...frontendDiscovery(),
  ];
}

function roleObjects(role: Role): readonly KubernetesObject[] {
  const name = SERVICE_ACCOUNTS[role];
  const system = SYSTEM_RULES[role];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: SYSTEM_NAMESPACE, labels } },
    clusterRole(name, CLUSTER_RULES[role]),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [account(name, SYSTEM_NAMESPACE)],
    },
    ...(system === undefined ? [] : namespacedRights({ name, namespace: SYSTEM_NAMESPACE, rules: system })),
  ];
}

/** What people and agents are given: to see, to change, and, apart from these, to reach inside (ux.md 1.1). */
function userRoles(): readonly KubernetesObject[] {
  const inside = (subresource: string, ...verbs: string[]): PolicyRule => ({
    apiGroups: [GROUP],
    resources: [`mcpsessions/${subresource}`],
    verbs,
  });
  const log = inside('log', 'get');
  return [
    clusterRole('mcpsession-view', [sessions('get', 'list', 'watch'), log]),
    clusterRole('mcpsession-edit', [sessions('get', 'list', 'watch', 'create', 'update', 'patch', 'delete')]),
    clusterRole('mcpsession-exec', [
      inside('exec', 'create'),
      inside('files', 'get', 'update'),
      inside('portforward', 'create'),
      log,
    ]),
  ];
}

/**
 * Bound by nobody here: the admin of a namespace binds it, or a Role of its own that names the objects, to the controller's account there
 * (design.md 8.12). No list and no watch, so that a name has to be known.
 */
const referenceRole = (): KubernetesObject =>
  clusterRole(REFERENCE_READER_ROLE, [{ apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get'] }]);

/**
 * Where the front end is and which authority it has: for the CLI and the stdio front end of anybody who is authenticated. The operator may
 * be in any namespace; the webhook configuration, whose name is fixed, says in which.
 */
function frontendDiscovery(): readonly KubernetesObject[] {
  const name = 'mcpsession-frontend-discovery';
  const rules: PolicyRule[] = [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: [FRONTEND_CONFIG_MAP] },
  ];
  const everybody = { kind: 'Group', apiGroup: RBAC, name: 'system:authenticated' };
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace: SYSTEM_NAMESPACE, labels }, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace: SYSTEM_NAMESPACE, labels },
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects: [everybody],
    },
    clusterRole(name, [
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['validatingwebhookconfigurations'],
        verbs: ['get'],
        resourceNames: [WEBHOOK_CONFIGURATION],
      },
    ]),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [everybody],
    },
  ];
}

export function frontendConfigMap(
  frontend: { readonly url: string; readonly caPem: string },
  namespace: string = SYSTEM_NAMESPACE,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: FRONTEND_CONFIG_MAP, namespace, labels },
    data: { url: frontend.url, 'ca.crt': frontend.caPem },
  };
}

/** The account whose tokens MCP clients of a namespace use, with the rights to make and use sessions there. */
export function clientObjects(namespace: string): readonly KubernetesObject[] {
  const name = CLIENT_SERVICE_ACCOUNT;
  const binding = (role: string): KubernetesObject => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: `${name}-${role}`, namespace, labels },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: `mcpsession-${role}` },
    subjects: [account(name, namespace)],
  });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } },
    binding('edit'),
    binding('exec'),
  ];
}

/** At an address, as of `up`; or behind a Service, whose programs tell the API server their authority themselves. */
export type WebhookPlace =
  | { readonly url: string; readonly caPem: string }
  | { readonly service: { readonly namespace: string; readonly name: string; readonly path: string } };

function clientConfigOf(place: WebhookPlace): Readonly<Record<string, unknown>> {
  if ('service' in place) return { service: { ...place.service, port: 443 } };
  return { url: place.url, caBundle: Buffer.from(place.caPem).toString('base64') };
}

/**
 * Only writes of the spec or of the owner are judged: removing a finalizer, deleting and relabelling work while the webhook
 * is down (security.md 0.6). The rest of the metadata needs no judgement.
 */
export function webhookConfiguration(place: WebhookPlace): KubernetesObject {
  // Compared as an optional: adding an empty owner is a change too.
  const owner = (object: string) => `${object}.metadata.?annotations[?'${OWNER_ANNOTATION}']`;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: WEBHOOK_CONFIGURATION, labels },
    webhooks: [
      {
        name: WEBHOOK_NAME,
        clientConfig: clientConfigOf(place),
        rules: [
          {
            apiGroups: [GROUP],
            apiVersions: [VERSION],
            resources: [SESSION_PLURAL],
            operations: ['CREATE', 'UPDATE'],
            scope: 'Namespaced',
          },
        ],
        matchConditions: [
          {
            name: 'spec-or-owner-changes',
            expression: `request.operation == 'CREATE' || (!has(object.metadata.deletionTimestamp) && (object.spec != oldObject.spec || ${owner('object')} != ${owner('oldObject')}))`,
          },
        ],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 5,
        matchPolicy: 'Equivalent',
      },
    ],
  };
}

const clusterRole = (name: string, rules: readonly PolicyRule[]): KubernetesObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules,
});

const account = (name: string, namespace: string) => ({ kind: 'ServiceAccount', name, namespace });

function namespacedRights(input: {
  readonly name: string;
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
}): readonly KubernetesObject[] {
  const { name, namespace, rules } = input;
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace, labels }, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace, labels },
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects: [account(name, namespace)],
    },
  ];
}
