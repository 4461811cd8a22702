// A lane's cluster: an API server of its own with the operator installed, and a kubeconfig for each program that leads through
// the proxy in front of it.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installAdmissionFloor, installOperator } from '../../../src/compose/up/install.ts';
import { type ControlPlane, startControlPlane } from '../../../src/embedded/control-plane.ts';
import { clusterId, requestToken } from '../../../src/kube/install.ts';
import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { SERVICE_ACCOUNTS, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { obtainBinaries } from '../../support/start-api-server.ts';
import { type Api, type KubeObject, openApi } from './api.ts';

export interface Cluster {
  readonly api: Api;
  readonly admin: KubeClient;
  readonly kubeSystemUid: string;
  /** Writes a kubeconfig of the account that leads to `url`, and gives its path. */
  kubeconfigFor(account: 'controller' | 'placement', url: string): Promise<string>;
  /** As a controller of another node, which its token names as that of a pod does. */
  kubeconfigForNode(nodeName: string, url: string): Promise<string>;
  /** SIGKILL to the API server and etcd; the data stays. */
  kill(): Promise<void>;
  /** On the same port and data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const TOKEN_SECONDS = 24 * 3600;
export const NAMESPACE = 'faults';

export async function startCluster(dir: string, nodeName: string): Promise<Cluster> {
  const { signal } = new AbortController();
  const binaries = await obtainBinaries();
  const stateDir = join(dir, 'cluster');
  let plane: ControlPlane = await startControlPlane({ binaries, stateDir, environment: process.env }, signal);
  const { port, kubeconfigPath } = plane;
  const admin = createKubeClient({ kubeconfig: { path: kubeconfigPath }, userAgent: 'mcpsession-faults' });
  await installOperator({ client: admin, clientNamespace: 'default' }, systemClock, signal);
  await installAdmissionFloor(admin, nodeName, signal);
  const api = await openApi(kubeconfigPath);
  await api.must('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  return {
    api,
    admin,
    kubeSystemUid: await clusterId(admin, signal),
    async kubeconfigFor(account, url) {
      const wanted = { namespace: SYSTEM_NAMESPACE, serviceAccount: SERVICE_ACCOUNTS[account], audience: null };
      const { token } = await requestToken(admin, { ...wanted, expirationSeconds: TOKEN_SECONDS }, signal);
      const path = join(dir, `${account}.kubeconfig`);
      await writeFile(path, JSON.stringify(kubeconfig(url, token)), { mode: 0o600 });
      return path;
    },
    async kubeconfigForNode(nodeName, url) {
      const node = (await api.must('POST', '/api/v1/nodes', { metadata: { name: nodeName } })) as KubeObject; // what was created
      const { controller } = SERVICE_ACCOUNTS;
      const boundObjectRef = { kind: 'Node', apiVersion: 'v1', name: nodeName, uid: node.metadata.uid };
      const body = { spec: { expirationSeconds: TOKEN_SECONDS, boundObjectRef } };
      const asked = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/serviceaccounts/${controller}/token`;
      const { status } = (await api.must('POST', asked, body)) as { readonly status: { readonly token: string } }; // a TokenRequest
      const path = join(dir, `${nodeName}.kubeconfig`);
      await writeFile(path, JSON.stringify(kubeconfig(url, status.token)), { mode: 0o600 });
      return path;
    },
    async kill() {
      for (const pid of Object.values(plane.pids)) process.kill(pid, 'SIGKILL');
      await plane.stop();
    },
    async start() {
      plane = await startControlPlane({ binaries, stateDir, port, environment: process.env }, signal);
    },
    async stop() {
      api.close();
      await admin.close();
      await plane.stop();
    },
  };
}

const kubeconfig = (server: string, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'faults', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'program', user: { token } }],
  contexts: [{ name: 'faults', context: { cluster: 'faults', user: 'program' } }],
  'current-context': 'faults',
});
