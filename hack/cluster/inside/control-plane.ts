// The first program in the cluster's namespaces: the bridge, the nodes, etcd, the API server, and the name server.
// Started by ../up.ts with nothing but ../plan.ts; runs until the cluster goes.

import { createNameServer } from '../dns/name-server.ts';
import { Api } from '../api.ts';
import { CACHE_MOUNT, CONTROL_ADDRESS, DNS_SERVICE_ADDRESS, type NodeLayout, nodeLayouts } from '../layout.ts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlan } from '../plan.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait-for.ts';
import { schedulingServers, storeServers } from './control-servers.ts';
import { keepRunning } from './keep-running.ts';
import { startInNamespaces } from './namespaces.ts';
import { joinMachine, linkNode, routeToPods, setUpBridge } from './network.ts';

const READY_WITHIN_MS = 120_000;
const DNS_NAME = 'kube-dns';

async function main(): Promise<void> {
  const plan = await readPlan();
  const nodes = nodeLayouts(plan.nodes);
  await mkdir(CACHE_MOUNT, { recursive: true });
  await run('mount', '--bind', plan.cacheDir, CACHE_MOUNT);
  await setUpBridge();
  for (const server of storeServers(plan)) void keepRunning(server);
  await Promise.all([
    joinMachine().then(() => routeToPods(nodes)),
    ...nodes.map((node, index) => startNode(node, index + 1)),
  ]);

  const api = await Api.open();
  await waitForApi(api);
  for (const server of schedulingServers(plan)) void keepRunning(server);
  await createNameServer(api).listen(CONTROL_ADDRESS);
  await publishNameServer(api);
}

async function startNode(node: NodeLayout, index: number): Promise<void> {
  const program = join(import.meta.dirname, 'node.ts');
  const first = await startInNamespaces({
    program: process.execPath,
    args: [program, String(index)],
    logPath: `${node.dir}/node.log`,
    joinGroups: [], // it has ours
  });
  await linkNode(first, node);
}

async function waitForApi(api: Api): Promise<void> {
  const isTrue = async (): Promise<boolean> => (await api.ask({ method: 'GET', path: '/readyz' })).status === 200;
  await waitFor({ what: 'the API server', withinMs: READY_WITHIN_MS, isTrue });
}

/** A Service without a selector: the name server is no pod. */
async function publishNameServer(api: Api): Promise<void> {
  const namespace = 'kube-system';
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ];
  await create(api, `/api/v1/namespaces/${namespace}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: DNS_NAME, namespace },
    spec: { clusterIP: DNS_SERVICE_ADDRESS, ports },
  });
  await create(api, `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: DNS_NAME, namespace, labels: { 'kubernetes.io/service-name': DNS_NAME } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [CONTROL_ADDRESS] }],
    ports,
  });
}

/** The namespace may come a moment after the server is ready. */
async function create(api: Api, path: string, body: object): Promise<void> {
  const isTrue = async (): Promise<boolean> => {
    const { status, body: answer } = await api.ask({ method: 'POST', path, body });
    if (status === 201 || status === 409) return true;
    throw new Error(`HTTP ${status} ${JSON.stringify(answer)}`);
  };
  await waitFor({ what: `${DNS_NAME} at ${path}`, withinMs: READY_WITHIN_MS, isTrue });
}

await main();
