// The chart, installed by Helm on a real API server of its own. No kubelet: what its objects allow and refuse is what counts here.

import { createKubeClient, type KubeClient, type KubeRequest } from '../../../src/kube/kube-client.ts';
import { asOperatorError } from '../../../src/lib/errors.ts';
import { type CommandResult } from '../../support/start-api-server.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { waitFor } from '../../support/wait-for.ts';
import { clientWithToken, nodeManifest, tokenOf } from '../webhook/floor-rig.ts';
import { CHART, helm, NAMESPACE } from './render.ts';

export const RELEASE = 'mcpsession';
export const NODES = ['node-1', 'node-2'] as const;
const never = new AbortController().signal;

export interface InstalledRig {
  readonly server: TestApiServer;
  readonly admin: KubeClient;
  /** Helm with the kubeconfig of the server; never rejects for a failing command. */
  readonly helmAt: (...args: readonly string[]) => Promise<CommandResult>;
  readonly install: (...more: readonly string[]) => Promise<CommandResult>;
  /** Rejects for a failing command. */
  readonly kubectl: (args: readonly string[], stdin?: string) => Promise<string>;
  /** As this account of the release; a controller's token names its node. */
  readonly as: (account: string, node?: string) => Promise<KubeClient>;
  close(): Promise<void>;
}

export async function openInstalledRig(): Promise<InstalledRig> {
  const server = await startTestApiServer();
  const admin = createKubeClient({ kubeconfig: { path: server.kubeconfigPath }, userAgent: 'mcpsession-test' });
  const clients: KubeClient[] = [admin];
  const kubectl: InstalledRig['kubectl'] = async (args, stdin) => {
    const { code, stdout, stderr } = await server.kubectl(args, stdin);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  for (const node of NODES) await kubectl(['create', '-f', '-'], nodeManifest(node));
  const helmAt: InstalledRig['helmAt'] = (...args) => helm(...args, '--kubeconfig', server.kubeconfigPath);
  return {
    server,
    admin,
    helmAt,
    install: (...more) => helmAt('install', RELEASE, CHART, '--namespace', NAMESPACE, '--create-namespace', ...more),
    kubectl,
    async as(account, node) {
      const wanted = { account, namespace: NAMESPACE, ...(node === undefined ? {} : { node }) };
      const client = clientWithToken(server, await tokenOf(admin, wanted));
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await server.stop();
    },
  };
}

/** null when it was let through, else the words of the refusal. */
export const refusalOf = (client: KubeClient, request: KubeRequest): Promise<string | null> =>
  client.request(request, never).then(
    () => null,
    (thrown: unknown) => asOperatorError(thrown).message,
  );

/** The server compiles admission policies in the background: waits until one that was just written refuses. */
export async function untilFloor(rig: InstalledRig): Promise<void> {
  const path = '/apis/mcpsession.dev/v1alpha1/mcpnodes/probe';
  const manifest = '{"apiVersion":"mcpsession.dev/v1alpha1","kind":"McpNode","metadata":{"name":"probe"}}';
  await rig.kubectl(['apply', '-f', '-'], manifest);
  const { body } = await rig.admin.request({ method: 'GET', path }, never);
  await waitFor('the admission policies', async () =>
    (await refusalOf(rig.admin, { method: 'PUT', path: `${path}/status`, body }))?.includes(
      'ValidatingAdmissionPolicy',
    ),
  );
  await rig.kubectl(['delete', 'mcpnode', 'probe']);
}
