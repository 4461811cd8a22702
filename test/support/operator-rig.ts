// Placement and one node's controller in this process, as the programs compose them, on a real API server and a real engine. Every
// request that leaves for either of them is written down where it leaves, for tests that count.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { RoleContext } from '../../src/compose/roles/common.ts';
import {
  type ControllerIntervals,
  type RunningController,
  startController,
} from '../../src/compose/roles/controller.ts';
import { startPlacement } from '../../src/compose/roles/placement.ts';
import { createDockerEngine } from '../../src/docker/engine.ts';
import { installCrds } from '../../src/kube/install.ts';
import { createKubeClient, type KubeClient } from '../../src/kube/kube-client.ts';
import { createSessionStore } from '../../src/kube/session-store.ts';
import { conditionOf } from '../../src/model/conditions.ts';
import { nodeCrd, sessionCrd } from '../../src/model/crd.ts';
import { SYSTEM_NAMESPACE } from '../../src/model/names.ts';
import type { McpSession } from '../../src/model/session.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { SessionStore } from '../../src/ports/sessions.ts';
import { lockBySessionInit } from '../../src/process/file-lock.ts';
import { createMetrics } from '../../src/process/metrics.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { engineSocket, newClusterId, removeAllOf } from './docker.ts';
import { runPrefix } from './oracle/run.ts';
import { fixedPolicies, ROOMY } from './policies.ts';
import { type SharedApiServer, startTestApiServer } from './start-api-server.ts';
import { waitFor } from './wait-for.ts';

/** "PUT /apis/..."; no query. */
export type SentRequest = string;

export interface OperatorRig extends AsyncDisposable {
  readonly apiServer: SharedApiServer;
  /** Of a member of system:masters: what it sends is not written down. */
  readonly client: KubeClient;
  readonly store: SessionStore;
  readonly namespace: string;
  readonly cluster: string;
  readonly nodeName: string;
  /** Everything that the roles have sent so far. */
  readonly sent: { readonly toApiServer: readonly SentRequest[]; readonly toEngine: readonly SentRequest[] };
  create(name: string, spec?: Partial<SessionSpecInput>): Promise<McpSession>;
  /** Resolves with the session once its Ready condition is True. */
  ready(name: string): Promise<McpSession>;
  /** Deletes it as a person does, and resolves when it is gone. */
  gone(session: McpSession): Promise<void>;
  readonly controller: RunningController;
}

export interface OperatorRigOptions {
  readonly intervals?: Partial<ControllerIntervals>;
  /** Looks at a time. */
  readonly concurrency?: number;
  readonly policy?: Readonly<Record<string, unknown>>;
}

const SESSION_INIT_FILE = join(import.meta.dirname, '../../dist/init');
const IMAGE = 'mcps.local/busybox:1';
const READY_MS = 60_000;

export async function openOperatorRig(options: OperatorRigOptions = {}): Promise<OperatorRig> {
  await using opening = new AsyncDisposableStack();
  const apiServer = await startTestApiServer();
  opening.defer(() => apiServer.stop());
  const client = createKubeClient({ kubeconfig: { path: apiServer.kubeconfigPath }, userAgent: 'mcpsession-test' });
  opening.defer(() => client.close());
  const stop = new AbortController();
  await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, stop.signal);
  const made = await apiServer.kubectl(['create', 'namespace', SYSTEM_NAMESPACE]);
  if (made.code !== 0) throw new Error(made.stderr);
  const namespace = await apiServer.newNamespace();
  const cluster = newClusterId();
  opening.defer(() => removeAllOf(cluster));
  const nodeName = `${runPrefix()}scale`;

  const toApiServer: SentRequest[] = [];
  const toEngine: SentRequest[] = [];
  const counted: KubeClient = {
    ...client,
    request(request, signal) {
      toApiServer.push(`${request.method} ${request.path}`);
      return client.request(request, signal);
    },
    stream(request, signal) {
      toApiServer.push(`WATCH ${request.path}`);
      return client.stream(request, signal);
    },
  };
  const context = contextOf(counted, options.policy ?? ROOMY);
  const engine = createDockerEngine({
    socketPath: engineSocket(),
    cluster,
    nodeName,
    sessionInitFile: SESSION_INIT_FILE,
    onCall: (method, path) => toEngine.push(`${method} ${path}`),
  });
  const logDir = await mkdtemp(join(tmpdir(), 'mcpsession-logs-'));
  opening.defer(() => rm(logDir, { recursive: true, force: true }));
  const stateDir = await mkdtemp(join(tmpdir(), 'mcpsession-state-'));
  opening.defer(() => rm(stateDir, { recursive: true, force: true }));
  const lockProgram = lockBySessionInit(SESSION_INIT_FILE);
  const node = { engine, cluster, nodeName, nodeApiHost: '127.0.0.1', nodeApiPort: 0, logDir, stateDir, lockProgram };
  const placement = startPlacement(context, stop.signal);
  const controller = await startController(
    context,
    { ...node, concurrency: options.concurrency ?? 4, intervals: options.intervals ?? {} },
    stop.signal,
  );
  opening.defer(async () => {
    stop.abort();
    await controller.done.catch(() => {}); // what failed shows as a session that is never Ready
    await placement.done.catch(() => {});
    await controller.close();
    await placement.close();
  });
  await controller.whenReady(AbortSignal.timeout(READY_MS));
  const store = createSessionStore(client);
  const never = new AbortController().signal;
  const opened = opening.move();
  return {
    apiServer,
    client,
    store,
    namespace,
    cluster,
    nodeName,
    sent: { toApiServer, toEngine },
    controller,
    async create(name, spec = {}) {
      const request = { namespace, name, spec: { image: IMAGE, ...spec }, annotations: {}, dryRun: false };
      return (await store.create(request, never)).session;
    },
    ready: (name) =>
      waitFor(
        `Ready of ${name}`,
        async () => {
          const session = await store.read({ namespace, name }, never);
          return conditionOf(session?.status.conditions, 'Ready')?.status === 'True' ? session : null;
        },
        READY_MS,
      ),
    async gone(session) {
      await store.delete(session.meta, never);
      await waitFor(
        `the end of ${session.meta.name}`,
        async () => (await store.read(session.meta, never)) === null,
        READY_MS,
      );
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function contextOf(client: KubeClient, policy: Readonly<Record<string, unknown>>): RoleContext {
  return {
    client,
    policies: fixedPolicies(policy),
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    metrics: createMetrics({ version: 'test' }),
    identity: 'test',
  };
}
