// A real API server with everything installed that placement and a controller need, placement in this process, and controllers
// as processes of their own that can be killed. For tests and for the bench: nothing here needs a test runner.

import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startPlacement } from '../../src/compose/roles/placement.ts';
import { installCrds } from '../../src/kube/install.ts';
import { createKubeClient, type KubeClient } from '../../src/kube/kube-client.ts';
import { createSessionStore } from '../../src/kube/session-store.ts';
import { conditionOf } from '../../src/model/conditions.ts';
import { nodeCrd, sessionCrd } from '../../src/model/crd.ts';
import { CONTAINER_LABELS, SYSTEM_NAMESPACE } from '../../src/model/names.ts';
import type { McpSession } from '../../src/model/session.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { SessionStore } from '../../src/ports/sessions.ts';
import { createMetrics } from '../../src/process/metrics.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { createRawEngine } from '../bench/kit/raw-engine.ts';
import type { Answer, DebugAnswer, Order, StartOrder } from '../faults/process/orders.ts';
import { fixedPolicies, ROOMY } from './policies.ts';
import { type SharedApiServer, startTestApiServer } from './start-api-server.ts';
import { waitFor } from './wait-for.ts';

export interface OperatorCluster extends AsyncDisposable {
  readonly apiServer: SharedApiServer;
  /** Of a member of system:masters. */
  readonly client: KubeClient;
  readonly store: SessionStore;
  readonly namespace: string;
  readonly cluster: string;
  readonly nodeName: string;
  create(name: string, spec?: Partial<SessionSpecInput>): Promise<McpSession>;
  /** Resolves once the Ready condition is True. */
  ready(name: string): Promise<McpSession>;
  /** Starts placement in this process; it ends with the cluster. */
  place(): void;
  /** Another controller for the node; the one before must have ended. Resolves when it is ready. */
  startController(kubeconfigPath?: string): Promise<ControllerChild>;
}

export interface ControllerChild {
  readonly pid: number;
  debug(): Promise<DebugAnswer>;
  /** Resolves when it has nothing queued or under way. */
  idle(): Promise<void>;
  kill(): Promise<void>;
  /** A clean stop. */
  stop(): Promise<void>;
}

export interface OperatorClusterOptions {
  readonly socketPath: string;
  /** How the names of node and cluster begin. */
  readonly prefix: string;
  readonly concurrency: number;
  /** For the controller's process. */
  readonly nodeFlags?: readonly string[];
}

const CONTROLLER = join(import.meta.dirname, '../faults/process/controller.ts');
const SESSION_INIT_FILE = join(import.meta.dirname, '../../dist/init');
export const IMAGE = 'mcps.local/busybox:1';
const WITHIN_MS = 120_000;

export async function openOperatorCluster(options: OperatorClusterOptions): Promise<OperatorCluster> {
  await using opening = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-operator-'));
  opening.defer(() => rm(dir, { recursive: true, force: true }));
  const apiServer = await startTestApiServer();
  opening.defer(() => apiServer.stop());
  const client = createKubeClient({ kubeconfig: { path: apiServer.kubeconfigPath }, userAgent: 'mcpsession-test' });
  opening.defer(() => client.close());
  const stop = new AbortController();
  const { signal } = stop;
  await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, signal);
  const made = await apiServer.kubectl(['create', 'namespace', SYSTEM_NAMESPACE]);
  if (made.code !== 0) throw new Error(made.stderr);
  const namespace = await apiServer.newNamespace();
  const store = createSessionStore(client);
  const cluster = `${options.prefix}${randomUUID()}`;
  opening.defer(() => removeContainers(options.socketPath, cluster));
  const nodeName = `${options.prefix}scale`;
  const children = new Set<ControllerChild>();
  opening.defer(async () => {
    stop.abort();
    for (const child of children) await child.stop();
  });
  await writeFile(join(dir, 'policy.yaml'), JSON.stringify(ROOMY));
  await mkdir(join(dir, 'logs'));
  const order: StartOrder = {
    order: 'start',
    kubeconfigPath: apiServer.kubeconfigPath,
    dockerSocket: options.socketPath,
    cluster,
    nodeName,
    identity: 'controller',
    version: 'test',
    policyFile: join(dir, 'policy.yaml'),
    logDir: join(dir, 'logs'),
    stateDir: dir,
    sessionInitFile: SESSION_INIT_FILE,
    concurrency: options.concurrency,
    intervals: {},
  };
  const opened = opening.move();
  return {
    apiServer,
    client,
    store,
    namespace,
    cluster,
    nodeName,
    async create(name, spec = {}) {
      const request = { namespace, name, spec: { image: IMAGE, ...spec }, annotations: {}, dryRun: false };
      return (await store.create(request, signal)).session;
    },
    ready: (name) =>
      waitFor(
        `Ready of ${name}`,
        async () => {
          const session = await store.read({ namespace, name }, signal);
          return conditionOf(session?.status.conditions, 'Ready')?.status === 'True' ? session : null;
        },
        WITHIN_MS,
      ),
    place() {
      const placement = startPlacement(
        {
          client,
          policies: fixedPolicies(ROOMY),
          clock: systemClock,
          random: Math.random,
          log: silentLog,
          metrics: createMetrics({ version: 'test' }),
          identity: 'placement',
        },
        signal,
      );
      opened.defer(async () => {
        stop.abort();
        await placement.done.catch(() => {}); // what failed shows as a session without a node
        await placement.close();
      });
    },
    async startController(kubeconfigPath = order.kubeconfigPath) {
      const child = await startChild({ ...order, kubeconfigPath }, options.nodeFlags ?? []);
      children.add(child);
      return child;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function startChild(order: StartOrder, nodeFlags: readonly string[]): Promise<ControllerChild> {
  const child = fork(CONTROLLER, {
    execArgv: ['--disable-warning=ExperimentalWarning', ...nodeFlags],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  const debug = (): Promise<DebugAnswer> => ask(child, { order: 'debug' }, 'debug');
  await answerOf(child, 'loaded');
  await ask(child, order, 'ready');
  return {
    pid: child.pid ?? 0,
    debug,
    idle: () =>
      waitFor(
        'a controller with nothing to do',
        async () => {
          const { pending } = await debug();
          return pending !== null && pending.queued === 0 && pending.running === 0;
        },
        WITHIN_MS,
      ).then(() => {}),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function ask<Say extends Answer['say']>(
  child: ChildProcess,
  order: Order,
  say: Say,
): Promise<Extract<Answer, { say: Say }>> {
  const answer = answerOf(child, say);
  child.send(order);
  return answer;
}

/** Rejects when the child says that it failed, or ends. */
function answerOf<Say extends Answer['say']>(child: ChildProcess, say: Say): Promise<Extract<Answer, { say: Say }>> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onExit = (code: number | null): void => {
      done();
      reject(new Error(`the controller ended with ${code}`));
    };
    const onMessage = (answer: Answer): void => {
      if (answer.say === 'failed') {
        done();
        reject(new Error(answer.why));
      }
      if (answer.say !== say) return;
      done();
      resolve(answer as Extract<Answer, { say: Say }>); // just compared
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

async function removeContainers(socketPath: string, cluster: string): Promise<void> {
  const engine = createRawEngine(socketPath);
  await engine.removeLabelled(`${CONTAINER_LABELS.cluster}=${cluster}`);
  engine.close();
}

/** Requests that the API server has answered so far, by its own count: all verbs, watches included. */
export async function requestsAnswered(
  { client }: Pick<OperatorCluster, 'client'>,
  signal: AbortSignal,
): Promise<number> {
  let text = '';
  for await (const chunk of await client.stream({ path: '/metrics' }, signal)) text += chunk.toString('utf8');
  const counts = [...text.matchAll(/^apiserver_request_total\{[^}]*group="mcpsession\.dev"[^}]*\} (\S+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
