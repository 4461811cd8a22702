// The real controller role as a process that a test can kill, start again on the same state, and whose wall clock it can set.

import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoleContext } from '../../../src/compose/roles/common.ts';
import { startPlacement } from '../../../src/compose/roles/placement.ts';
import { installCrds } from '../../../src/kube/install.ts';
import { createKubeClient } from '../../../src/kube/kube-client.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { conditionOf } from '../../../src/model/conditions.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { containerNameOf, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { bundlePrograms } from '../../faults/bundle.ts';
import type { Answer, Order } from '../../faults/process/orders.ts';
import { startTestApiServer } from '../../support/api-server.ts';
import { engineSocket, newClusterId, rawDocker, removeAllOf, sessionImage } from '../../support/docker.ts';
import { runPrefix } from '../../support/oracle/run.ts';
import { fixedPolicies } from '../../support/policies.ts';
import { waitFor } from '../../support/wait-for.ts';

const READY_MS = 60_000;
const SESSION_INIT_FILE = join(import.meta.dirname, '../../../dist/init');
const never = new AbortController().signal;

export type LifetimeRig = Awaited<ReturnType<typeof openLifetimeRig>>;

export async function openLifetimeRig() {
  await using opening = new AsyncDisposableStack();
  await sessionImage();
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-lifetime-'));
  opening.defer(() => rm(dir, { recursive: true, force: true }));
  const programs = await bundlePrograms({ under: join(dir, 'programs') });
  await Promise.all(['logs', 'state'].map((name) => mkdir(join(dir, name), { mode: 0o700 })));
  await writeFile(join(dir, 'policy.json'), '{}');
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
  const context: RoleContext = {
    client,
    policies: fixedPolicies(),
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    metrics: createMetrics({ version: 'test' }),
    identity: 'placement',
  };
  const placement = startPlacement(context, stop.signal);
  opening.defer(async () => {
    stop.abort();
    await placement.done.catch(() => {}); // what failed shows as a session without a node
    await placement.close();
  });
  let child: ChildProcess | null = null;
  const tell = (order: Order): void => void child?.send(order);
  const kill = async (): Promise<void> => {
    const dying = child;
    child = null;
    if (dying === null || dying.exitCode !== null) return;
    const ended = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await ended;
  };
  opening.defer(kill);
  const store = createSessionStore(client);
  const opened = opening.move();
  return {
    apiServer,
    namespace,
    kill,
    /** Starts the controller with a wall clock that is off; resolves when the order is given, not when it serves. */
    start: async (offsetMs = 0): Promise<void> => {
      child = fork(join(programs.dir, 'controller.mjs'), { stdio: 'ignore', serialization: 'json' });
      await new Promise<void>((resolve, reject) => {
        child?.once('message', (answer: Answer) =>
          answer.say === 'loaded' ? resolve() : reject(new Error(answer.say)),
        );
        child?.once('exit', (code) => reject(new Error(`the controller ended with ${code}`)));
      });
      tell({ order: 'clock', offsetMs });
      tell({
        order: 'start',
        kubeconfigPath: apiServer.kubeconfigPath,
        dockerSocket: engineSocket(),
        cluster,
        nodeName: `${runPrefix()}lifetime`,
        identity: 'controller-of-the-test',
        version: '0.0.0',
        policyFile: join(dir, 'policy.json'),
        logDir: join(dir, 'logs'),
        stateDir: join(dir, 'state'),
        sessionInitFile: SESSION_INIT_FILE,
        concurrency: 4,
        intervals: {},
      });
    },
    setClock: (offsetMs: number) => tell({ order: 'clock', offsetMs }),
    /** A process of the node that is not this test's may have ended by itself. */
    isAlive: () => child !== null && child.exitCode === null,
    keptState: () => readFile(join(dir, 'state', 'grants.json'), 'utf8'),
    create: async (name: string, lifetime: NonNullable<SessionSpecInput['lifetime']>): Promise<McpSession> => {
      const spec: SessionSpecInput = { image: 'mcps.local/busybox:1', lifetime };
      const request = { namespace, name, spec, annotations: {}, dryRun: false };
      return (await store.create(request, never)).session;
    },
    read: (name: string) => store.read({ namespace, name }, never),
    reason: async (name: string): Promise<string> => {
      const session = await store.read({ namespace, name }, never);
      return conditionOf(session?.status.conditions, 'Ready')?.reason ?? 'none';
    },
    ready: (name: string) =>
      waitFor(
        `Ready of ${name}`,
        async () => {
          const session = await store.read({ namespace, name }, never);
          return conditionOf(session?.status.conditions, 'Ready')?.status === 'True' ? session : null;
        },
        READY_MS,
      ),
    runs: async ({ meta }: McpSession): Promise<boolean> => {
      const found = await rawDocker()
        .getContainer(containerNameOf({ uid: meta.uid, instanceGeneration: 1 }))
        .inspect()
        .catch((thrown: { statusCode?: number }) => {
          if (thrown.statusCode === 404) return null;
          throw thrown;
        });
      return found?.State.Running === true;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
