// Several controllers with node names of their own against one engine, a placement, and an API server with the rights of the roles
// and the admission floor in force: each controller has a token that is bound to its node.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admissionFloor } from '../../../src/compose/admission/floor.ts';
import { systemObjects } from '../../../src/compose/cluster-objects.ts';
import type { RoleContext } from '../../../src/compose/roles/common.ts';
import { type RunningController, startController } from '../../../src/compose/roles/controller.ts';
import { startPlacement } from '../../../src/compose/roles/placement.ts';
import { createDockerEngine } from '../../../src/docker/engine.ts';
import { apply, installCrds } from '../../../src/kube/install.ts';
import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { conditionOf } from '../../../src/model/conditions.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { API_VERSION, CONTAINER_LABELS, SERVICE_ACCOUNTS, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { SessionStore } from '../../../src/ports/sessions.ts';
import { lockBySessionInit } from '../../../src/process/file-lock.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { engineSocket, newClusterId, rawDocker, removeAllOf } from '../../support/docker.ts';
import { runPrefix } from '../../support/oracle/run.ts';
import { fixedPolicies } from '../../support/policies.ts';
import { waitFor } from '../../support/wait-for.ts';
import { clientWithToken, nodeManifest, tokenOf } from '../webhook/floor-rig.ts';
import { type CutClient, cutClient } from './cut-client.ts';

const SESSION_INIT_FILE = join(import.meta.dirname, '../../../dist/init');
const IMAGE = 'mcps.local/busybox:1';
const { signal: never } = new AbortController();

export interface RunningNode {
  readonly name: string;
  readonly client: CutClient;
  readonly controller: RunningController;
  stop(): Promise<void>;
}

/** A container of the rig as one look at the engine shows it. */
export interface Sample {
  readonly session: string;
  readonly node: string;
  readonly generation: number;
  readonly running: boolean;
}

export interface PlacementRig {
  readonly server: TestApiServer;
  readonly store: SessionStore;
  readonly admin: KubeClient;
  readonly namespace: string;
  startNode(name: string): Promise<RunningNode>;
  /** A full name of a node by its short one. */
  nodeName(name: string): string;
  create(name: string, spec?: Partial<SessionSpecInput>, at?: SessionPlace): Promise<void>;
  get(name: string): Promise<McpSession>;
  /** Reason and message of Ready; "" for none. */
  said(name: string): Promise<string>;
  ready(name: string, withinMs?: number): Promise<McpSession>;
  samples(): Promise<readonly Sample[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SessionPlace {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export async function openPlacementRig(
  policy: Readonly<Record<string, unknown>>,
  nodeNames: readonly string[],
): Promise<PlacementRig> {
  await using opening = new AsyncDisposableStack();
  const server = await startTestApiServer();
  opening.defer(() => server.stop());
  const admin = createKubeClient({ kubeconfig: { path: server.kubeconfigPath }, userAgent: 'mcpsession-test' });
  opening.defer(() => admin.close());
  for (const object of systemObjects()) await apply(admin, object, never);
  await installCrds(admin, [sessionCrd(), nodeCrd()], systemClock, never);
  const cluster = newClusterId();
  opening.defer(() => removeAllOf(cluster));
  const prefix = runPrefix();
  const nodeName = (name: string): string => `${prefix}${name}`;
  for (const name of nodeNames) {
    const made = await server.kubectl(['create', '-f', '-'], nodeManifest(nodeName(name)));
    if (made.code !== 0) throw new Error(made.stderr);
  }
  for (const object of admissionFloor({ unboundNode: null })) await apply(admin, object, never);
  const namespace = await server.newNamespace();
  const opened: { stack: AsyncDisposableStack | null } = { stack: null };
  const clientOf = async (account: string, node?: string): Promise<KubeClient> => {
    const at = { account, namespace: SYSTEM_NAMESPACE, ...(node === undefined ? {} : { node }) };
    const client = clientWithToken(server, await tokenOf(admin, at));
    (opened.stack ?? opening).defer(() => client.close());
    return client;
  };
  const contextOf = (client: KubeClient, identity: string): RoleContext => ({
    client,
    policies: fixedPolicies(policy),
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    metrics: createMetrics({ version: 'test' }),
    identity,
  });
  const stop = new AbortController();
  const placement = startPlacement(contextOf(await clientOf(SERVICE_ACCOUNTS.placement), 'placement'), stop.signal);
  opening.defer(async () => {
    stop.abort();
    await placement.done.catch(() => {}); // what failed shows as a session that gets no node
    await placement.close();
  });
  const store = createSessionStore(admin);

  const rig: PlacementRig = {
    server,
    store,
    admin,
    namespace,
    nodeName,
    async startNode(short) {
      const name = nodeName(short);
      const client = cutClient(await clientOf(SERVICE_ACCOUNTS.controller, name));
      const engine = createDockerEngine({
        socketPath: engineSocket(),
        cluster,
        nodeName: name,
        sessionInitFile: SESSION_INIT_FILE,
      });
      const dirs = await Promise.all(['logs', 'state'].map((kind) => mkdtemp(join(tmpdir(), `mcpsession-${kind}-`))));
      const [logDir = '', stateDir = ''] = dirs;
      const end = new AbortController();
      const places = { nodeApiHost: '127.0.0.1', nodeApiPort: 0, logDir, stateDir };
      const lockProgram = lockBySessionInit(SESSION_INIT_FILE);
      const options = { engine, cluster, nodeName: name, ...places, lockProgram };
      const controller = await startController(contextOf(client, name), { ...options, concurrency: 4 }, end.signal);
      let stopping: Promise<void> | null = null;
      const close = async (): Promise<void> => {
        end.abort();
        await controller.done.catch(() => {}); // as above
        await controller.close();
        for (const dir of dirs) await rm(dir, { recursive: true, force: true });
      };
      const node = { name, client, controller, stop: () => (stopping ??= close()) };
      opened.stack?.defer(() => node.stop());
      await controller.whenReady(AbortSignal.timeout(60_000));
      return node;
    },
    async create(name, spec = {}, at = {}) {
      const { namespace: where = namespace, annotations = {} } = at;
      await store.create(
        { namespace: where, name, spec: { image: IMAGE, ...spec }, annotations, dryRun: false },
        never,
      );
    },
    async get(name) {
      const session = await store.read({ namespace, name }, never);
      if (session === null) throw new Error(`no session ${name}`);
      return session;
    },
    async said(name) {
      const ready = conditionOf((await rig.get(name)).status.conditions, 'Ready');
      return ready === null ? '' : `${ready.reason}: ${ready.message}`;
    },
    ready: (name, withinMs = 60_000) =>
      waitFor(
        `Ready of ${name}`,
        async () => {
          const session = await rig.get(name);
          return conditionOf(session.status.conditions, 'Ready')?.status === 'True' ? session : null;
        },
        withinMs,
      ),
    async samples() {
      const filters = { label: [`${CONTAINER_LABELS.cluster}=${cluster}`] };
      const found = await rawDocker().listContainers({ all: true, filters });
      return found.map(({ State, Labels }) => ({
        session: Labels[CONTAINER_LABELS.name] ?? '',
        node: Labels[CONTAINER_LABELS.node] ?? '',
        generation: Number(Labels[CONTAINER_LABELS.instanceGeneration]),
        running: State === 'running',
      }));
    },
    [Symbol.asyncDispose]: () => opened.stack?.disposeAsync() ?? Promise.resolve(),
  };
  opened.stack = opening.move();
  return rig;
}

export const nodePath = (name: string): string => `/apis/${API_VERSION}/mcpnodes/${name}`;
