// Brings the cluster up: programs, files, control groups, one process in namespaces of its own, and the link to it.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { asOperatorError, OperatorError } from '../../src/lib/errors.ts';
import { probeEngine } from '../docker/probe-engine.ts';
import { Api, type ApiRequest } from './api.ts';
import { writeCertificates } from './certificates.ts';
import { clusterProcesses, createCgroups } from './cgroups.ts';
import { takeDown } from './down.ts';
import { startInNamespaces } from './inside/namespaces.ts';
import { linkMachine, takenNetworks } from './inside/network.ts';
import { API_SERVICE_ADDRESS, MOST_NODES, type NodeLayout, nodeLayouts, STATE_DIR } from './layout.ts';
import { writePlan } from './plan.ts';
import { refuseForeignCluster, TREE } from './owner.ts';
import { insideCluster, type Log, obtainClusterPrograms } from './programs.ts';
import { waitFor } from './wait-for.ts';

const READY_WITHIN_MS = 120_000;
/** A first packet that comes before kube-proxy's rules is lost, and its sender waits for seconds: a new try is faster. */
const ROUTED_WITHIN_MS = 500;
const CONTROL_LOG = `${STATE_DIR}/control-plane.log`;

const nodeSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional() }),
});

/**
 * Resolves when every node is Ready, its engine answers, Services are routed and pods can be made. Throws OperatorError
 * 'conflict' when a cluster is up or its networks are in use; another fault names the log to read and leaves what there
 * is for a look: `down` takes it away.
 */
export async function bringUp(nodeCount: number, log: Log): Promise<void> {
  await refuseForeignCluster();
  if ((await clusterProcesses()).length > 0) {
    throw new OperatorError('conflict', 'a cluster is up already; run "node hack/cluster/main.ts down" first');
  }
  if (await takeDown()) log('cluster: removed what an earlier one left');
  const taken = await takenNetworks();
  if (taken.length > 0) {
    throw new OperatorError(
      'conflict',
      `this machine has routes into ${taken.join(', ')}, which the cluster uses; remove them`,
    );
  }
  const programs = await obtainClusterPrograms(log, new AbortController().signal);

  const startMs = performance.now();
  const say: Log = (line) => log(`cluster: ${((performance.now() - startMs) / 1000).toFixed(1)} s  ${line}`);
  const nodes = nodeLayouts(nodeCount);
  await mkdir(STATE_DIR, { recursive: true, mode: 0o711 }); // pods of any user reach what is theirs in it
  await writeCertificates(nodes, Date.now());
  await writePlan({ nodes: nodeCount, tree: TREE, cacheDir: programs.cacheDir, programs: insideCluster(programs) });
  const joinGroups = await createCgroups(['control', ...nodes.map(({ name }) => name)]);
  const first = await startInNamespaces({
    program: process.execPath,
    args: [join(import.meta.dirname, 'inside/control-plane.ts')],
    logPath: CONTROL_LOG,
    joinGroups,
  });
  await linkMachine(first, nodes);
  say('namespaces made');
  await waitUntilReady(nodes, say).catch((cause: unknown) => {
    const { kind, message } = asOperatorError(cause);
    throw new OperatorError(kind, `${message}; logs are ${CONTROL_LOG} and ${STATE_DIR}/*/*.log`, { cause });
  });
}

async function waitUntilReady(nodes: readonly NodeLayout[], say: Log): Promise<void> {
  const api = await Api.open();
  const isOk = async (asked: Omit<ApiRequest, 'method'>): Promise<boolean> =>
    (await api.ask({ method: 'GET', ...asked })).status === 200;
  const until = async (what: string, isTrue: () => Promise<boolean>): Promise<void> => {
    await waitFor({ what, withinMs: READY_WITHIN_MS, isTrue });
    say(what);
  };
  await until('API server ready', () => isOk({ path: '/readyz' }));
  for (const { name, dockerSocket, address } of nodes) {
    await until(`${name}: Docker Engine answers`, async () => (await probeEngine(dockerSocket)).state === 'answers');
    await until(`${name}: Ready`, () => isNodeReady(api, name));
    await until(`${name}: kube-proxy works`, async () => (await fetch(`http://${address}:10256/healthz`)).ok);
  }
  const url = `https://${API_SERVICE_ADDRESS}`;
  await until('Services are routed', () => isOk({ path: '/readyz', url, withinMs: ROUTED_WITHIN_MS }));
  await until('pods can be made', () => isOk({ path: '/api/v1/namespaces/default/serviceaccounts/default' }));
  api.close();
}

async function isNodeReady(api: Api, name: string): Promise<boolean> {
  const { status, body } = await api.ask({ method: 'GET', path: `/api/v1/nodes/${name}` });
  if (status !== 200) return false;
  const { conditions = [] } = nodeSchema.parse(body).status;
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

/** The nodes of the cluster that is up. Throws OperatorError('not-found') when none is. */
export async function runningNodes(): Promise<readonly NodeLayout[]> {
  const nodes = nodeLayouts(MOST_NODES).filter(({ dir }) => existsSync(dir));
  if (nodes.length > 0 && (await clusterProcesses()).length > 0) return nodes;
  throw new OperatorError('not-found', 'no cluster is up; run "node hack/cluster/main.ts up" first');
}
