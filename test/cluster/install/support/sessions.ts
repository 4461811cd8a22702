// Sessions of the cluster as its administrator sees them, and their containers as the engines of the nodes do.

import { KubeConfig } from '@kubernetes/client-node';

import { KUBECONFIG, type NodeLayout, nodeLayouts } from '../../../../hack/cluster/layout.ts';
import { engineRequest } from '../../../../hack/docker/engine-request.ts';
import { SESSION_IMAGE } from '../../../../hack/session-image.ts';
import { createKubeClient, type KubeClient } from '../../../../src/kube/kube-client.ts';
import { CONTAINER_LABELS } from '../../../../src/model/names.ts';
import { kubectl } from '../../support/cluster-command.ts';

export const NODES = nodeLayouts(2);
export const { signal: never } = new AbortController();

/** For waits whose end is not what a test is about: this machine may do other things as well. */
export const PATIENCE = '--timeout=120s';

/** With the rights of the administrator; the caller closes it. */
export const adminClient = (): KubeClient =>
  createKubeClient({ kubeconfig: { path: KUBECONFIG }, userAgent: 'mcpsession-cluster-test' });

/** Of whoever has the token, and nothing else. The caller closes it. */
export function clientOf(token: string): KubeClient {
  const from = new KubeConfig();
  from.loadFromFile(KUBECONFIG);
  const cluster = from.getCurrentCluster();
  if (cluster === null) throw new Error(`${KUBECONFIG} names no cluster`);
  const kubeconfig = new KubeConfig();
  const context = { name: 'holder', cluster: cluster.name, user: 'holder' };
  kubeconfig.loadFromOptions({
    clusters: [cluster],
    users: [{ name: 'holder', token }],
    contexts: [context],
    currentContext: context.name,
  });
  return createKubeClient({ kubeconfig, userAgent: 'mcpsession-cluster-test' });
}

export const sessionObject = (
  at: { readonly namespace: string; readonly name: string },
  spec: object = {},
): object => ({
  apiVersion: 'mcpsession.dev/v1alpha1',
  kind: 'McpSession',
  metadata: at,
  spec: { image: SESSION_IMAGE, ...spec },
});

export const pathOf = (namespace: string, name = ''): string =>
  `/apis/mcpsession.dev/v1alpha1/namespaces/${namespace}/mcpsessions${name === '' ? '' : `/${name}`}`;

/** Of its own for each file; deleted by `removeNamespace`. */
export async function makeNamespace(name: string): Promise<void> {
  await kubectl('create', 'namespace', name);
}

/** Sessions first: their containers are gone when it returns. */
export async function removeNamespace(name: string): Promise<void> {
  await kubectl('delete', 'mcps', '--all', '-n', name, PATIENCE);
  await kubectl('delete', 'namespace', name, '--wait=false');
}

export async function untilReady(namespace: string, ...names: readonly string[]): Promise<void> {
  const sessions = names.map((name) => `mcps/${name}`);
  await kubectl('wait', '-n', namespace, '--for=condition=Ready', ...sessions, PATIENCE).catch(
    async (cause: unknown) => {
      throw new Error(`${String(cause)}\n${await kubectl('describe', '-n', namespace, ...sessions)}`);
    },
  );
}

/** One value of a session by a jsonpath such as ".status.container.id". */
export const valueOf = (namespace: string, name: string, path: string): Promise<string> =>
  kubectl('get', '-n', namespace, `mcps/${name}`, '-o', `jsonpath={${path}}`);

export const containerOf = (namespace: string, name: string): Promise<string> =>
  valueOf(namespace, name, '.status.container.id');

/** Ids of the running containers of all sessions on these nodes: `docker ps -q --no-trunc`, in a fixed order. */
export async function runningContainers(nodes: readonly NodeLayout[] = NODES): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [CONTAINER_LABELS.uid] }));
  const lists = await Promise.all(
    nodes.map(async ({ dockerSocket }) => {
      const get = { socketPath: dockerSocket, method: 'GET', path: `/containers/json?filters=${filters}` } as const;
      const { body } = await engineRequest(get, AbortSignal.timeout(20_000));
      return (JSON.parse(body) as readonly { readonly Id: string }[]).map(({ Id }) => Id); // the engine's own answer
    }),
  );
  return lists.flat().toSorted();
}
