// An API server of its own with the admission floor and no webhook, and everybody who writes to it, each with a real token.

import { KubeConfig } from '@kubernetes/client-node';
import { admissionFloor } from '../../../src/compose/admission/floor.ts';
import { clientObjects, systemObjects } from '../../../src/compose/cluster-objects.ts';
import { apply, installCrds, requestToken } from '../../../src/kube/install.ts';
import { createKubeClient, type KubeClient, type KubeRequest } from '../../../src/kube/kube-client.ts';
import { asOperatorError } from '../../../src/lib/errors.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { API_VERSION, SERVICE_ACCOUNTS, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';
import { waitFor } from '../../support/wait-for.ts';

export const { signal: never } = new AbortController();
export const NODES = ['node-1', 'node-2'] as const;
export const UNBOUND_NODE = 'node-of-up';
/** A ServiceAccount with the rights of people who make sessions. */
export const TENANT = 'mcpsession-client';

export type Actor = 'admin' | 'tenant' | 'placement' | 'frontend' | 'node1' | 'node2' | 'unbound' | 'podOnNode1';

export interface FloorRig {
  readonly server: TestApiServer;
  readonly namespace: string;
  readonly clients: Readonly<Record<Actor, KubeClient>>;
  /** null when it was let through, else the words of the refusal. */
  readonly attempt: (actor: Actor, request: KubeRequest) => Promise<string | null>;
  readonly applyFloor: (unboundNode: string | null) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openFloorRig(): Promise<FloorRig> {
  const server = await startTestApiServer();
  const admin = createKubeClient({ kubeconfig: { path: server.kubeconfigPath }, userAgent: 'mcpsession-test' });
  const namespace = await server.newNamespace();
  for (const object of systemObjects()) await apply(admin, object, never);
  for (const object of clientObjects(namespace)) await apply(admin, object, never);
  await installCrds(admin, [sessionCrd(), nodeCrd()], systemClock, never);
  const nodes = await Promise.all(NODES.map((name) => server.kubectl(['create', '-f', '-'], nodeManifest(name))));
  for (const { code, stderr } of nodes) if (code !== 0) throw new Error(stderr);
  await grantAll(admin, namespace);

  const asAccount = async (account: string, at: { readonly namespace: string; readonly node?: string }) =>
    clientWithToken(server, await tokenOf(admin, { account, ...at }));
  const { controller, placement, frontend } = SERVICE_ACCOUNTS;
  const system = { namespace: SYSTEM_NAMESPACE };
  const clients: Record<Actor, KubeClient> = {
    admin,
    tenant: await asAccount(TENANT, { namespace }),
    placement: await asAccount(placement, system),
    frontend: await asAccount(frontend, system),
    node1: await asAccount(controller, { ...system, node: NODES[0] }),
    node2: await asAccount(controller, { ...system, node: NODES[1] }),
    unbound: await asAccount(controller, system),
    podOnNode1: await asAccount(TENANT, { namespace, node: NODES[0] }),
  };
  const attempt: FloorRig['attempt'] = async (actor, request) => {
    try {
      await clients[actor].request(request, never);
      return null;
    } catch (thrown) {
      return asOperatorError(thrown).message;
    }
  };
  return {
    server,
    namespace,
    clients,
    attempt,
    async applyFloor(unboundNode) {
      for (const object of admissionFloor({ unboundNode })) await apply(admin, object, never);
      await untilActive(admin, unboundNode);
    },
    async close() {
      await Promise.all(Object.values(clients).map((client) => client.close()));
      await server.stop();
    },
  };
}

/** The server compiles policies in the background: each write below is refused by one that is new or has changed. */
async function untilActive(admin: KubeClient, unboundNode: string | null): Promise<void> {
  const name = `probe-${unboundNode ?? 'none'}`;
  const node = { apiVersion: API_VERSION, kind: 'McpNode', metadata: { name } };
  const { body } = await admin.request({ method: 'POST', path: NODES_PATH, body: node }, never);
  await waitFor('the admission floor', async () => {
    const write = { method: 'PUT', path: `${NODES_PATH}/${name}/status`, body } as const;
    const refused = await admin.request(write, never).then(
      () => null,
      (thrown: unknown) => asOperatorError(thrown).message,
    );
    return refused?.includes('ValidatingAdmissionPolicy') === true ? refused : null;
  });
  await systemClock.sleep(500, never); // the others are read by the same loop, a moment later
}

const NODES_PATH = `/apis/${API_VERSION}/mcpnodes`;

export const nodeManifest = (name: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name } });

/** More rights than anybody has: the floor must hold against those whom RBAC would let through. */
async function grantAll(admin: KubeClient, namespace: string): Promise<void> {
  const api = 'rbac.authorization.k8s.io';
  const metadata = { name: 'test-wide' };
  const verbs = ['get', 'create', 'update', 'patch', 'delete'];
  const rules = [
    {
      apiGroups: ['mcpsession.dev'],
      resources: ['mcpsessions', 'mcpsessions/status', 'mcpnodes', 'mcpnodes/status'],
      verbs,
    },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs },
  ];
  await apply(admin, { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata, rules }, never);
  const { controller, placement, frontend } = SERVICE_ACCOUNTS;
  const system = [controller, placement, frontend].map((name) => ({ name, namespace: SYSTEM_NAMESPACE }));
  const subjects = [...system, { name: TENANT, namespace }].map((who) => ({ kind: 'ServiceAccount', ...who }));
  const roleRef = { apiGroup: api, kind: 'ClusterRole', name: metadata.name };
  await apply(admin, { apiVersion: `${api}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef, subjects }, never);
}

export async function tokenOf(
  admin: KubeClient,
  wanted: { readonly account: string; readonly namespace: string; readonly node?: string },
): Promise<string> {
  const { account, namespace, node } = wanted;
  if (node === undefined) {
    const plain = { namespace, serviceAccount: account, audience: null, expirationSeconds: 3600 };
    return (await requestToken(admin, plain, never)).token;
  }
  const { body } = await admin.request(
    {
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 3600, boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: node } },
      },
    },
    never,
  );
  return (body as { status: { token: string } }).status.token; // a TokenRequest of the API server
}

export function clientWithToken(server: TestApiServer, token: string): KubeClient {
  const from = new KubeConfig();
  from.loadFromFile(server.kubeconfigPath);
  const cluster = from.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no cluster');
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromOptions({
    clusters: [cluster],
    users: [{ name: 'actor', token }],
    contexts: [{ name: 'actor', cluster: cluster.name, user: 'actor' }],
    currentContext: 'actor',
  });
  return createKubeClient({ kubeconfig, userAgent: 'mcpsession-test' });
}

/** Paths and bodies of the session's requests. */
export const sessionsPath = (namespace: string): string => `/apis/${API_VERSION}/namespaces/${namespace}/mcpsessions`;

export const aSessionObject = (name: string, metadata: Readonly<Record<string, unknown>> = {}) => ({
  apiVersion: API_VERSION,
  kind: 'McpSession',
  metadata: { name, ...metadata },
  spec: { image: PINNED_IMAGE },
});
