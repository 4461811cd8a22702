// `mcpsession up`: everything in one process, in the foreground. Each step registers how it is undone before the next begins, so
// that a stop at any moment leaves no process and no container behind; after kill -9 the next run on the same directory recovers.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createDockerEngine, type DockerEngine } from '../../docker/engine.ts';
import { lockStateDir } from '../../embedded/state-dir.ts';
import { apply } from '../../kube/apply.ts';
import { clusterId, requestToken } from '../../kube/install.ts';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { CLIENT_SERVICE_ACCOUNT, FRONTEND_AUDIENCE } from '../../model/names.ts';
import type { UpOptions } from '../../cli/arguments/up.ts';
import type { Log } from '../../ports/log.ts';
import { FLOCK_PROGRAM } from '../../process/file-lock.ts';
import { createMetrics } from '../../process/metrics.ts';
import type { Shutdown } from '../../process/shutdown.ts';
import { systemClock } from '../../process/system-clock.ts';
import { frontendConfigMap, webhookConfiguration } from '../cluster-objects.ts';
import { firstFailure, untilAborted } from '../first-failure.ts';
import { openPolicies, readPolicy } from '../policy-file.ts';
import type { RoleContext } from '../roles/common.ts';
import { startController } from '../roles/controller.ts';
import { startMetricsServer } from '../roles/metrics.ts';
import { startPlacement } from '../roles/placement.ts';
import { startWebhookRole } from '../roles/webhook.ts';
import { readyText, writeReadyFile } from './announce.ts';
import { openCluster } from './cluster.ts';
import { startKeptFrontend } from './kept-frontend.ts';
import { installAdmissionFloor, installOperator } from './install.ts';
import { defaultStateDir, type Environment, sessionInitFile, statePaths } from './paths.ts';
import { becomeOnlyUp } from './only-up.ts';
import { remembered } from './remembered.ts';
import { openRoleClients } from './role-clients.ts';

export interface UpHost {
  readonly environment: Environment;
  readonly home: string;
  readonly version: string;
  /** A line for the person who waits. */
  readonly say: (line: string) => void;
  /** Opens the log once the state directory is known. */
  readonly openLog: (file: string) => Log;
}

const CLIENT_NAMESPACE = 'default';
const CLIENT_TOKEN_SECONDS = 24 * 3600;
const READY_MS = 60_000;

/** Starts everything and resolves when it has to end; undoing is left to `shutdown.close()`. Rejects with OperatorError. */
export async function runUp(options: UpOptions, host: UpHost, shutdown: Shutdown): Promise<void> {
  const startedMs = performance.now();
  const { signal } = shutdown;
  const clock = systemClock;
  const policyPlace = { file: options.policyFile, environment: host.environment };
  await readPolicy(policyPlace); // before anything is started: a mistake in it is told at once
  const stateDir = options.stateDir ?? defaultStateDir(host.environment, host.home);
  const paths = statePaths(stateDir);
  const lock = await lockStateDir(stateDir);
  shutdown.onClose('state directory', async () => lock.release());
  const log = host.openLog(paths.log);
  const userAgent = `mcpsession-up/${host.version}`;
  const nodeName = await keptNodeName(paths.nodeName, options.nodeName);
  const identity = await remembered(paths.identity, randomUUID);

  const engineFacts = await lookAtEngine(options.dockerSocket, signal);
  const cluster = await openCluster({ ...options, ...host, stateDir, userAgent, log }, signal);
  shutdown.onClose('control plane', () => cluster.stop());
  await installOperator({ client: cluster.client, clientNamespace: CLIENT_NAMESPACE }, clock, signal);
  const clusterUid = await clusterId(cluster.client, signal);

  const clients = await openRoleClients(
    {
      admin: cluster.client,
      kubeconfigPath: cluster.kubeconfigPath,
      dir: paths.tokens,
      version: host.version,
      clock,
      log,
    },
    signal,
  );
  shutdown.onClose('API clients', () => clients.close());

  const metrics = createMetrics({ version: host.version });
  const policies = await openPolicies(policyPlace, { clock, log, metrics });
  const context = (role: keyof typeof clients.of): RoleContext => ({
    client: clients.of[role],
    policies,
    clock,
    random: Math.random,
    log,
    metrics,
    identity,
  });

  const alone = await becomeOnlyUp({ client: cluster.client, identity, clock, log }, signal);
  shutdown.onClose('place of the only up', () => alone.release());
  await installAdmissionFloor(cluster.client, nodeName, signal);
  const engine = createDockerEngine({
    socketPath: options.dockerSocket,
    cluster: clusterUid,
    nodeName,
    log,
    sessionInitFile: sessionInitFile(),
  });
  let holdsNode = () => false;
  shutdown.onClose('containers', async (closing) => {
    if (holdsNode()) await removeContainers(engine, log, closing); // else they are somebody else's now
  });
  const controller = await startController(
    context('controller'),
    {
      engine,
      cluster: clusterUid,
      nodeName,
      nodeApiHost: '127.0.0.1',
      nodeApiPort: 0,
      logDir: paths.sessionLogs,
      stateDir: paths.nodeState,
      lockProgram: FLOCK_PROGRAM,
      concurrency: 2 * Math.max(engineFacts.cpus, 1),
    },
    signal,
  );
  holdsNode = () => controller.holdsNode();
  shutdown.onClose('controller', () => controller.close());
  const webhook = await startWebhookRole(
    context('webhook'),
    { host: options.advertiseAddress, port: 0, hosts: [options.advertiseAddress] },
    signal,
  );
  shutdown.onClose('webhook', () => webhook.close());
  await apply(cluster.client, webhookConfiguration(webhook), signal);

  const placement = startPlacement(context('placement'), signal);
  shutdown.onClose('placement', async () => {
    await placement.done.catch(() => {}); // reported below
    await placement.close();
  });
  const frontend = await startKeptFrontend(
    context('frontend'),
    { host: '127.0.0.1', port: options.mcpPort, paths, nodeToken: clients.nodeToken, version: host.version },
    signal,
  );
  shutdown.onClose('front end', () => frontend.close());
  const metricsServer = await startMetricsServer({ metrics, log, host: '127.0.0.1', port: 0 });
  shutdown.onClose('metrics', () => metricsServer.close(500));

  const failure = firstFailure({
    webhook: webhook.keep(signal),
    policy: policies.keep(signal),
    controller: controller.done,
    placement: placement.done,
    tokens: clients.keep(signal),
    'this cluster': alone.lost,
    'control plane': cluster.failed.then((why) => Promise.reject(new OperatorError('unavailable', why))),
  });
  // Whoever runs this in the background sees no terminal.
  failure.catch((thrown: unknown) => {
    log.error('ending, because a part failed', { error: asOperatorError(thrown).message });
  });
  await Promise.race([controller.whenReady(AbortSignal.any([signal, AbortSignal.timeout(READY_MS)])), failure]);
  await apply(cluster.client, frontendConfigMap(frontend), signal);
  const { token } = await requestToken(
    cluster.client,
    {
      namespace: CLIENT_NAMESPACE,
      serviceAccount: CLIENT_SERVICE_ACCOUNT,
      audience: FRONTEND_AUDIENCE,
      expirationSeconds: CLIENT_TOKEN_SECONDS,
    },
    signal,
  );
  const ready = {
    kubeconfig: cluster.kubeconfigPath,
    kubectl: cluster.kubectlPath,
    mcpUrl: frontend.mcpUrl,
    mcpToken: token,
    mcpCaFile: paths.mcpCa,
    nodeApiUrl: controller.nodeApiUrl,
    webhookUrl: webhook.url,
    metricsUrl: `${metricsServer.url}/metrics`,
  };
  if (options.readyFile !== null) await writeReadyFile(options.readyFile, ready);
  const seconds = (performance.now() - startedMs) / 1000;
  const { kubectlCacheDir } = cluster;
  host.say(
    readyText({
      ready,
      kubectlCacheDir,
      namespace: CLIENT_NAMESPACE,
      serviceAccount: CLIENT_SERVICE_ACCOUNT,
      seconds,
      logFile: paths.log,
      program: process.argv.slice(0, 2),
    }),
  );
  log.info('ready', { seconds });
  await Promise.race([untilAborted(signal), failure]);
}

/** Asks before anything else is started: without an engine there is nothing to run sessions on. */
async function lookAtEngine(socketPath: string, signal: AbortSignal): Promise<{ readonly cpus: number }> {
  const engine = createDockerEngine({ socketPath, cluster: 'none', nodeName: 'none' });
  return engine.facts(signal);
}

/** The sessions' containers go with us, and what they were attached to but for workspaces that outlive them; those of other clusters and nodes are not ours to see. */
async function removeContainers(engine: DockerEngine, log: Log, signal: AbortSignal): Promise<void> {
  for (const { id } of await engine.list(signal)) {
    await engine.remove(id, signal).catch((thrown: unknown) => {
      log.warn('container not removed', { container: id.slice(0, 12), error: asOperatorError(thrown).message });
    });
  }
  for (const { kind, id, persistent } of await engine.listAttachments(signal)) {
    if (persistent) {
      log.info('workspace kept for the next run', { volume: id });
      continue;
    }
    const removed = kind === 'network' ? engine.removeNetwork(id, signal) : engine.removeWorkspace(id, signal);
    await removed.catch((thrown: unknown) => {
      log.warn(`${kind} not removed`, { id, error: asOperatorError(thrown).message });
    });
  }
}

/** The name of the first run: containers carry it, and sessions are assigned to it (a host name can change). */
async function keptNodeName(file: string, asked: string | null): Promise<string> {
  const kept = await remembered(file, () => asked ?? nodeNameOf(hostname()));
  if (asked === null || asked === kept) return kept;
  throw new OperatorError(
    'invalid',
    `--node-name ${asked}: this state directory belongs to node ${kept}; leave the option out, or pass another --state-dir`,
  );
}

/** A host name as an object name: what DNS-1123 allows. */
function nodeNameOf(host: string): string {
  const name = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 200);
  return name === '' ? 'node' : name;
}
