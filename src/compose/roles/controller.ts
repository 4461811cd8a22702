// Wires the controller role: reconciler and node API share a process and the engine (design.md 2).

import { randomBytes } from 'node:crypto';
import { type Controller, createController } from '../../controller/controller.ts';
import type { DockerEngine } from '../../docker/engine.ts';
import { createHostPaths } from '../../docker/host-paths.ts';
import { createLeaseStore } from '../../kube/lease-store.ts';
import { writeNodeEvent } from '../../kube/node-event.ts';
import { createNodeStore } from '../../kube/node-store.ts';
import { createReferences } from '../../kube/references.ts';
import { createSessionCache } from '../../kube/session-cache.ts';
import { createSessionStore } from '../../kube/session-store.ts';
import { createAuthenticator, createAuthorizer } from '../../kube/token-authority.ts';
import { asOperatorError } from '../../lib/errors.ts';
import type { EventReason } from '../../model/conditions.ts';
import { hasSessionInit } from '../../model/container.ts';
import { SERVICE_ACCOUNTS, serviceAccountUsername } from '../../model/names.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';
import { createLogSpool } from '../../nodeapi/log-spool.ts';
import { createNodeApi, type NodeApi } from '../../nodeapi/node-api.ts';
import { issueCertificate } from '../../process/certificates.ts';
import type { LockProgram } from '../../process/file-lock.ts';
import { startWebServer } from '../../process/https-server.ts';
import { DEFAULT_LEASE_DURATIONS } from '../../process/leader.ts';
import { choosePolicies } from '../../rules/profile-choice.ts';
import { openNodeState } from './node-state.ts';
import { createOrphanEvents } from './orphan-events.ts';
import {
  openEvents,
  requireLabels,
  type RoleContext,
  systemNamespaceOf,
  watchMetrics,
  watchNamespaces,
} from './common.ts';

export interface ControllerRoleOptions {
  readonly engine: DockerEngine;
  /** The same engine for what this machine made under another node name; left out, that is left alone. */
  readonly engineOf?: (formerName: string) => ContainerEngine;
  readonly cluster: string;
  readonly nodeName: string;
  /** Address at which the front end reaches the node API. */
  readonly nodeApiHost: string;
  readonly nodeApiPort: number;
  /** Where what the main commands of sessions write is kept. */
  readonly logDir: string;
  /** Where the node keeps what it has granted; made if need be, and this process's alone while it lives. */
  readonly stateDir: string;
  /** Takes the lock on it. */
  readonly lockProgram: LockProgram;
  /** Looks at a time. */
  readonly concurrency: number;
  readonly intervals?: Partial<ControllerIntervals>;
}

/** How often a controller looks by itself, where the defaults would make a test wait for minutes. */
export interface ControllerIntervals {
  readonly sweepMs: number;
  /** Of the watch of sessions: silence after which it counts as dead, and complete lists. */
  readonly watchIdleMs: number;
  readonly relistMs: number;
}

export interface RunningController {
  readonly nodeApiUrl: string;
  whenReady(signal: AbortSignal): Promise<void>;
  readonly done: Promise<void>;
  /** Whether the node is ours, or was when we were stopped. */
  holdsNode(): boolean;
  /** Whether it serves the node and knows its sessions; an engine that is away is told by DockerReady, not by this. */
  isReady(): boolean;
  /** See Controller.pending. */
  pending(): ReturnType<Controller['pending']>;
  close(): Promise<void>;
}

/** What no event told of is found within this (security.md I1, F8). */
const SWEEP_INTERVAL_MS = 30_000;
/** The node API's authority lives in memory and in McpNode.status; a restart makes a new one, and the front end pins that. */
const NODE_CERTIFICATE_MS = 365 * 24 * 3_600_000;
const CLOSE_MS = 2_000;
const FIND_MS = 5_000;
const ANSWER_MS = 10_000;

export async function startController(
  context: RoleContext,
  options: ControllerRoleOptions,
  signal: AbortSignal,
): Promise<RunningController> {
  const { client, identity, metrics, policies, random } = context;
  const { engine, engineOf, cluster, nodeName } = options;
  const log = context.log.with({ program: 'controller', node: nodeName });
  const state = await openNodeState(
    { client, cluster, nodeName, dir: options.stateDir, lockProgram: options.lockProgram, clock: context.clock, log },
    signal,
  );
  const { clock, grants } = state;
  const cache = createSessionCache({
    client,
    filter: { sessions: 'of-node', nodeName },
    namespace: null,
    clock,
    random,
    log,
    metrics: watchMetrics(metrics, 'mcpsessions'),
    limits: watchLimits(options.intervals),
  });
  const certificate = await issueCertificate({
    commonName: 'mcpsession-node-api',
    hosts: [options.nodeApiHost],
    validForMs: NODE_CERTIFICATE_MS,
    nowMs: context.clock.nowMs(), // read by programs of this machine too
  });
  const notYet: NodeApi['handle'] = async (_request, response) => {
    response.writeHead(503).end(); // until the controller below exists
  };
  let served: Pick<NodeApi, 'handle' | 'upgrade'> = {
    handle: notYet,
    upgrade: ({ request, response }) => notYet(request, response),
  };
  const server = await startWebServer({
    name: 'node API',
    host: options.nodeApiHost,
    port: options.nodeApiPort,
    certificate,
    log,
    handle: (request, response) => served.handle(request, response),
    upgrade: (upgrade) => served.upgrade(upgrade),
    longBodies: true,
  });
  const events = openEvents({ client, component: 'mcpsession-controller', instance: nodeName, clock, log });
  const logs = createLogSpool({ dir: options.logDir, access: engine.access, clock, log });
  /** Attached again after a restart of this program, and what runs inside counts. What does not answer is told by the way commands take. */
  const meetInit = async (sessionUid: string, containerId: string): Promise<void> => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      await engine.inits.whenReady(containerId, within);
      await nodeApi.adopt(sessionUid, containerId, within);
    } catch (thrown) {
      log.debug('session init not met', { uid: sessionUid, error: asOperatorError(thrown).message });
    }
  };
  const removeLog = async (sessionUid: string): Promise<void> => {
    await logs.remove(sessionUid).catch((thrown: unknown) => {
      log.warn('log of a session not removed', { uid: sessionUid, error: asOperatorError(thrown).message });
    });
  };
  const removeOldLogs = async (): Promise<void> => {
    await cache.whenSynced(signal);
    await logs.keepOnly(new Set([...cache.all()].map(({ meta }) => meta.uid)));
  };
  const namespaces = watchNamespaces(context, { log, onChange: (name) => lookAgain(name) }, signal);
  const tellNode = (reason: EventReason, message: string, telling: AbortSignal) =>
    writeNodeEvent(client, { nodeName, reason, message, nowMs: clock.nowMs() }, telling);
  const policyOf = (namespace: string) =>
    choosePolicies(policies.current(), requireLabels(namespaces, namespace)).enforce.policy;
  const controller = createController({
    cache,
    engine,
    store: createSessionStore(client),
    events: events.events,
    hostPaths: createHostPaths({}),
    references: createReferences(client),
    inits: engine.inits,
    wayInto: (containerId) => engine.access.wayInto(containerId),
    onRunning: (session, container) => {
      if (hasSessionInit(container.spec)) void meetInit(session.meta.uid, container.id);
      if (session.spec !== null && session.spec.command.length > 0) logs.attach(session.meta.uid, container.id);
    },
    onReleased: (sessionUid) => void removeLog(sessionUid),
    onOrphanRemoved: createOrphanEvents({ client, nodeName, clock, log }, signal),
    clock,
    random,
    log,
    metrics,
    policies,
    namespaces,
    nodeName,
    cluster,
    grants,
    ...(engineOf && { formerNames: { engineOf, tell: (text, telling) => tellNode('NodeLost', text, telling) } }),
    written: (session) => cache.observe(session),
    publisher: {
      nodes: createNodeStore(client),
      labels: { 'kubernetes.io/hostname': nodeName },
      slots: () => policies.current().profiles[policies.current().defaultProfile].policy.limits.perNode,
      nodeApi: { url: server.url, caPem: certificate.ca.certPem },
    },
    lease: {
      leases: createLeaseStore({ client, namespace: systemNamespaceOf(context), clock }),
      identity,
      durations: DEFAULT_LEASE_DURATIONS,
    },
    concurrency: options.concurrency,
    sweepIntervalMs: options.intervals?.sweepMs ?? SWEEP_INTERVAL_MS,
  });
  const lookAgain = (namespace: string | null): void => controller.lookAgain(namespace);
  policies.onChange(() => lookAgain(null));
  policies.onRefused((problems) => {
    const message = `the changed policy file is refused, the policy before it stays in force: ${problems}`;
    tellNode('PolicyDrift', message, signal).catch((thrown: unknown) => {
      log.debug('event not written', { error: asOperatorError(thrown).message });
    });
  });
  const nodeApi = createNodeApi({
    authenticator: createAuthenticator(client, clock),
    authorizer: createAuthorizer(client, clock),
    containers: engine.access,
    logs,
    findTarget: (reference) => controller.findTarget(reference, AbortSignal.timeout(FIND_MS)),
    policy: policyOf,
    isSuspended: () => policies.current().suspension !== 'none',
    frontendUsername: serviceAccountUsername(systemNamespaceOf(context), SERVICE_ACCOUNTS.frontend),
    onCommand: (sessionUid) => {
      const ended = controller.commandStarted(sessionUid);
      const seconds = metrics.execDuration.startTimer();
      return (outcome) => {
        ended();
        seconds();
        metrics.execTotal.inc({ outcome });
      };
    },
    onActivity: (sessionUid) => controller.commandStarted(sessionUid),
    newExecId: () => `ex_${randomBytes(8).toString('hex')}`,
    clock,
    log,
  });
  served = nodeApi;
  const keeping = state.isOurs ? controller.keepDeadlines(signal) : Promise.resolve();
  const done = namespaces.whenSynced(signal).then(() => controller.run(signal));
  removeOldLogs().catch((thrown: unknown) => {
    if (!signal.aborted) log.warn('old logs not removed', { error: asOperatorError(thrown).message });
  });
  done.catch(() => {}); // whoever waits for it hears of it; until then it must not count as unhandled
  return {
    nodeApiUrl: server.url,
    whenReady: (waiting) => controller.whenReady(waiting),
    done,
    holdsNode: () => controller.holdsNode(),
    isReady: () => controller.holdsNode() && cache.isSynced(),
    pending: () => controller.pending(),
    async close() {
      nodeApi.close();
      await server.close(CLOSE_MS);
      await done.catch(() => {}); // told above
      await keeping;
      await state.close();
      await logs.close();
      await engine.inits.closeAll();
      await events.close();
    },
  };
}

function watchLimits({ watchIdleMs, relistMs }: Partial<ControllerIntervals> = {}) {
  return {
    ...(watchIdleMs === undefined ? {} : { idleTimeoutMs: watchIdleMs }),
    ...(relistMs === undefined ? {} : { relistEveryMs: relistMs }),
  };
}
