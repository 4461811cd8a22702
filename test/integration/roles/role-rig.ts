// The roles as the chart runs them: each a process of the bundle with a file of settings, the token of its own ServiceAccount in a
// directory as the kubelet makes it, no more rights than the chart's files give, no capability, and no program but its own on the PATH.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { webhookConfiguration } from '../../../src/compose/cluster-objects.ts';
import { tryPort } from '../../../src/embedded/server/choose-port.ts';
import { apply } from '../../../src/kube/apply.ts';
import { installCrds, requestToken } from '../../../src/kube/install.ts';
import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { NODE_AUDIENCE, SERVICE_ACCOUNTS, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { startTestApiServer, type TestApiServer } from '../../support/api-server.ts';
import { engineSocket } from '../../support/docker.ts';
import { runPrefix } from '../../support/oracle/run.ts';
import { BUNDLE } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';
import { nodeManifest, tokenOf } from '../webhook/floor-rig.ts';

export type Role = keyof typeof SERVICE_ACCOUNTS;

export interface RoleProcess {
  readonly child: ChildProcess;
  /** Status of a probe, or its fault while nothing listens. */
  probe(path: '/healthz' | '/readyz' | '/metrics'): Promise<{ readonly status: number; readonly text: string }>;
  ready(): Promise<void>;
  said(): { readonly stdout: string; readonly stderr: string };
  /** Lines of the log at this level. */
  lines(level: 'warn' | 'error'): readonly string[];
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

export interface RoleRig extends AsyncDisposable {
  readonly server: TestApiServer;
  readonly admin: KubeClient;
  readonly nodeName: string;
  readonly dir: string;
  /** Where the controller looks for the engine; nothing is there until `plugIn`. */
  readonly socketPath: string;
  plugIn(): Promise<void>;
  unplug(): Promise<void>;
  readonly ports: { readonly webhook: number; readonly frontend: number };
  /** A controller as another node than the rig's runs on the same machine under another name. */
  start(role: Role, settings?: Readonly<Record<string, unknown>>, asNode?: string): Promise<RoleProcess>;
}

export const never = new AbortController().signal;
const ROOT = join(import.meta.dirname, '../../..');
const CHART_FILES = ['rights.yaml', 'admission-floor.yaml'].map((name) =>
  join(ROOT, 'charts/mcp-session-operator/files', name),
);
const READY_MS = 30_000;
/** As the chart drops them. Who is not root has none. */
const WITHOUT_CAPABILITIES =
  process.getuid?.() === 0
    ? ['/usr/bin/setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--']
    : [];

export async function openRoleRig(): Promise<RoleRig> {
  await using opening = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-roles-'));
  opening.defer(() => rm(dir, { recursive: true, force: true }));
  const server = await startTestApiServer();
  opening.defer(() => server.stop());
  const admin = createKubeClient({ kubeconfig: { path: server.kubeconfigPath }, userAgent: 'mcpsession-test' });
  opening.defer(() => admin.close());
  const nodeName = `${runPrefix()}${dir.split('-').at(-1)?.toLowerCase() ?? 'node'}`;
  const ports = { webhook: await freePort(), frontend: await freePort() };

  await installCrds(admin, [sessionCrd(), nodeCrd()], systemClock, never);
  await must(server, ['create', 'namespace', SYSTEM_NAMESPACE]);
  for (const file of CHART_FILES) await must(server, ['apply', '-f', file]);
  await must(server, ['create', '-f', '-'], nodeManifest(nodeName));
  const place = { url: `https://127.0.0.1:${ports.webhook}/validate`, caPem: '' };
  await apply(admin, webhookConfiguration(place), never);
  for (const role of Object.keys(SERVICE_ACCOUNTS))
    await writeAccount({ server, admin, nodeName }, role as Role, join(dir, role)); // keys of a constant
  const accountAs = async (asNode: string): Promise<string> => {
    const account = join(dir, `controller-${asNode}`);
    if (await stat(account).catch(() => null)) return account;
    await must(server, ['create', '-f', '-'], nodeManifest(asNode));
    await writeAccount({ server, admin, nodeName: asNode }, 'controller', account);
    return account;
  };
  const nodeToken = { namespace: SYSTEM_NAMESPACE, serviceAccount: SERVICE_ACCOUNTS.frontend, audience: NODE_AUDIENCE };
  await writeFile(
    join(dir, 'node-token'),
    (await requestToken(admin, { ...nodeToken, expirationSeconds: 3600 }, never)).token,
  );

  const socketPath = join(dir, 'docker.sock');
  const children = new Set<RoleProcess>();
  opening.defer(async () => {
    for (const child of children) await child.end('SIGKILL');
  });
  const opened = opening.move();
  return {
    server,
    admin,
    nodeName,
    dir,
    socketPath,
    plugIn: () => symlink(engineSocket(), socketPath),
    unplug: () => unlink(socketPath),
    ports,
    async start(role, settings = {}, asNode = nodeName) {
      const metricsPort = await freePort();
      const own = {
        controller: {
          docker: { socketPath },
          nodeApi: { port: await freePort() },
          stateDir: join(dir, 'state'),
          concurrency: 2,
        },
        placement: {},
        webhook: { address: '127.0.0.1', port: ports.webhook, drainSeconds: 1 },
        frontend: {
          address: '127.0.0.1',
          port: ports.frontend,
          drainSeconds: 1,
          nodeTokenFile: join(dir, 'node-token'),
        },
      }[role];
      const all = {
        metrics: { address: '127.0.0.1', port: metricsPort },
        serviceAccountDir: asNode === nodeName ? join(dir, role) : await accountAs(asNode),
        ...own,
        ...settings,
      };
      const file = join(dir, `${role}.yaml`);
      await writeFile(file, JSON.stringify(all));
      const child = startRole({ role, file, metricsPort, environment: podOf({ server, role, nodeName: asNode }) });
      children.add(child);
      return child;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** As a kubelet fills it. */
export function podOf(of: { readonly server: TestApiServer; readonly role: Role; readonly nodeName: string }) {
  const { hostname, port } = new URL(of.server.url);
  return {
    POD_NAME: `mcpsession-${of.role}-x2x7k`,
    POD_NAMESPACE: SYSTEM_NAMESPACE,
    POD_IP: '127.0.0.1',
    NODE_NAME: of.nodeName,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
  };
}

/** `token` and `ca.crt`, in a directory of their own. The controller's token names its node, as that of a pod does. */
async function writeAccount(
  at: { readonly server: TestApiServer; readonly admin: KubeClient; readonly nodeName: string },
  role: Role,
  account: string,
): Promise<void> {
  await mkdir(account);
  const node = role === 'controller' ? { node: at.nodeName } : {};
  const wanted = { account: SERVICE_ACCOUNTS[role], namespace: SYSTEM_NAMESPACE, ...node };
  await writeFile(join(account, 'token'), await tokenOf(at.admin, wanted));
  await writeFile(join(account, 'ca.crt'), authorityOf(at.server));
}

export function authorityOf(server: TestApiServer): Buffer {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(server.kubeconfigPath);
  return Buffer.from(kubeConfig.getCurrentCluster()?.caData ?? '', 'base64');
}

function startRole(started: {
  readonly role: Role;
  readonly file: string;
  readonly metricsPort: number;
  readonly environment: Readonly<Record<string, string>>;
}): RoleProcess {
  const { role, file, metricsPort, environment } = started;
  const [program, ...before] = [...WITHOUT_CAPABILITIES, process.execPath];
  const child = spawn(program, [...before, BUNDLE, role, '--config', file], {
    env: { PATH: join(file, 'none'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close');
  const probe: RoleProcess['probe'] = async (path) => {
    const answer = await fetch(`http://127.0.0.1:${metricsPort}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return {
    child,
    probe,
    async ready() {
      await waitFor(
        `${role} to be ready`,
        async () => {
          if (child.exitCode !== null) throw new Error(`${role} ended with ${child.exitCode}: ${stderr}`);
          return (await probe('/readyz').catch(() => null))?.status === 200;
        },
        READY_MS,
      );
    },
    said: () => ({ stdout, stderr }),
    lines: (level) => stdout.split('\n').filter((line) => line.includes(`"level":"${level}"`)),
    ended: closed.then(() => child.exitCode),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}

export async function must(server: TestApiServer, args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await server.kubectl(args, stdin);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export async function freePort(): Promise<number> {
  const port = await tryPort(0);
  if (port === null) throw new Error('no free port');
  return port;
}

export const readText = (file: string): Promise<string> => readFile(file, 'utf8');
