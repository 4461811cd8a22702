// A session's life on the real engine, by the real reconcile: networks and volumes are made and removed as a controller would, with the
// API server held in a variable. Its process can be killed between two looks, which forgets everything that it had in memory.

import { randomUUID } from 'node:crypto';

import Docker from 'dockerode';
import { ensureSessionImage } from '../../../hack/session-image.ts';
import { buildInit } from '../../../hack/init/build.ts';
import { createContainerView } from '../../../src/controller/container-view.ts';
import { createImageLooks } from '../../../src/controller/image-looks.ts';
import { reconcile } from '../../../src/controller/reconcile.ts';
import { createSessionMemories } from '../../../src/controller/session-memory.ts';
import { createDockerEngine, type DockerEngine } from '../../../src/docker/engine.ts';
import type { NodeFacts } from '../../../src/model/container.ts';
import { type Condition, conditionOf } from '../../../src/model/conditions.ts';
import { CONTAINER_LABELS, FINALIZER, sessionKeyOf } from '../../../src/model/names.ts';
import { defaultPolicy, type Policy } from '../../../src/model/policy.ts';
import type { PolicySet } from '../../../src/model/policy-set.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpec, SessionSpecInput } from '../../../src/model/session-spec.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { isVacated } from '../../../src/plan/drain.ts';
import { assignedStatus } from '../../../src/plan/placement-status.ts';
import { engineSocket, newClusterId, removeAllOf } from '../../support/docker.ts';
import { unlabelled } from '../../support/policies.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { openLanes } from '../../support/open-lanes.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { aStoredSession } from '../../support/story.ts';

const NODE = 'node-1';
const MOST_LOOKS = 40;
const { signal } = new AbortController();

export interface LifeOptions {
  readonly change: Omit<SessionSpecInput, 'image'>;
  readonly policy?: Policy;
  /** What the node is said to be beside what its engine says. */
  readonly facts?: Partial<NodeFacts>;
  readonly uid?: string;
}

export interface Life {
  readonly uid: string;
  session(): McpSession | null;
  ready(): Condition | null;
  containerId(): string;
  /** Looks until nothing is left to do; resolves with the Ready condition. */
  settle(): Promise<Condition | null>;
  /** One look. */
  look(): Promise<void>;
  change(spec: Partial<SessionSpec>): void;
  delete(): void;
  /** The controller's process ends and another one begins, with another policy where one is given. */
  restart(policy?: Policy): Promise<void>;
  run(...argv: string[]): Promise<{ readonly exitCode: number; readonly text: string }>;
}

export async function createAttachmentRig(socketPath = engineSocket()) {
  const cluster = newClusterId();
  const docker = new Docker({ socketPath });
  const { path } = await buildInit(() => {});
  const calls: string[] = [];
  const connect = (): DockerEngine =>
    createDockerEngine({
      socketPath,
      cluster,
      nodeName: NODE,
      sessionInitFile: path,
      onCall: (method, target) => calls.push(`${method} ${target}`),
    });
  const engine = connect();
  const { reference } = await ensureSessionImage({ socketPath, log: () => {} });
  const facts = await engine.facts(signal);
  return {
    cluster,
    calls,
    engine,
    docker,
    live: (options: LifeOptions): Promise<Life> => live({ cluster, connect, reference, facts, options, docker }),
    networks: () => named(docker.listNetworks({ filters: { label: [`${CONTAINER_LABELS.cluster}=${cluster}`] } })),
    volumes: async () => {
      const { Volumes } = await docker.listVolumes({
        filters: { label: [`${CONTAINER_LABELS.cluster}=${cluster}`] },
      });
      return Volumes.map(({ Name }) => Name).sort();
    },
    close: async () => {
      await engine.inits.closeAll();
      if (socketPath === engineSocket()) await removeAllOf(cluster); // another engine goes as a whole
    },
  };
}

const named = async (found: Promise<Docker.NetworkInspectInfo[]>) => (await found).map(({ Name }) => Name).sort();

async function live(given: {
  readonly cluster: string;
  readonly connect: () => DockerEngine;
  readonly reference: string;
  readonly facts: NodeFacts;
  readonly options: LifeOptions;
  readonly docker: Docker;
}): Promise<Life> {
  const { options, reference, connect } = given;
  const uid = options.uid ?? randomUUID();
  const facts = { ...given.facts, ...options.facts };
  const base = aStoredSession();
  let session: McpSession | null = {
    ...base,
    meta: { ...base.meta, uid, creationMs: Date.now() },
    spec: aSessionSpec({ image: reference, sessionInit: 'Disabled', ...options.change }),
  };
  const key = sessionKeyOf(base.meta);
  const change = (made: (before: McpSession) => McpSession): void => {
    if (session !== null) session = made(session);
  };
  const store = {
    read: () => Promise.resolve(session),
    writeStatus: (_session: McpSession, status: McpSession['status']) => {
      change((before) => ({ ...before, status }));
      return Promise.resolve(session);
    },
    setFinalizer: (_session: McpSession, present: boolean) => {
      change((before) => ({ ...before, meta: { ...before.meta, finalizers: present ? [FINALIZER] : [] } }));
      if (!present && session?.meta.deletionMs != null) session = null;
      return Promise.resolve(session);
    },
  } as unknown as SessionStore; // the rest is never called in these lives
  const process = async (policy: Policy) => {
    const engine = connect();
    const view = createContainerView(engine);
    view.replaceAll((await engine.list(signal)).filter((each) => each.uid === uid));
    return dependencies({
      engine,
      view,
      store,
      cached: () => session,
      facts,
      policy,
    });
  };
  const policy = options.policy ?? defaultPolicy();
  let deps = await process(policy);
  const ready = () => conditionOf(session?.status.conditions, 'Ready');
  const look = async () => void (await reconcile(deps, key, signal));
  /** What placement does for a session that its node gave up and that is to run again. */
  const assignAgain = (): void =>
    change((before) => {
      if (!isVacated(before) || before.spec?.operatingMode !== 'Running') return before;
      const message = 'assigned again';
      return { ...before, status: assignedStatus({ session: before, nodeName: NODE, message, nowMs: Date.now() }) };
    });
  return {
    uid,
    session: () => session,
    ready,
    containerId: () => session?.status.container?.id ?? '',
    look,
    async settle() {
      assignAgain();
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const { requeueAfterMs } = await reconcile(deps, key, signal);
        if (requeueAfterMs === null || requeueAfterMs > 0) return ready();
      }
      throw new Error(`not settled: ${JSON.stringify(ready())}`);
    },
    change: (spec) =>
      change((before) => ({
        ...before,
        meta: { ...before.meta, generation: before.meta.generation + 1 },
        spec: before.spec === null ? null : { ...before.spec, ...spec },
      })),
    delete: () => change((before) => ({ ...before, meta: { ...before.meta, deletionMs: Date.now() } })),
    restart: async (other = policy) => void (deps = await process(other)),
    run: (...argv) => run(given.docker, session?.status.container?.id ?? '', argv),
  };
}

function dependencies(given: {
  readonly engine: DockerEngine;
  readonly view: ReturnType<typeof createContainerView>;
  readonly store: SessionStore;
  readonly cached: () => McpSession | null;
  readonly facts: NodeFacts;
  readonly policy: Policy;
}): Parameters<typeof reconcile>[0] {
  const { engine, view, store, cached, facts } = given;
  const profile = { policy: given.policy, hash: 'sha256:test' };
  const set: PolicySet = {
    defaultProfile: 'sandbox',
    profiles: { sandbox: profile, production: profile, development: profile, investigation: profile },
    suspension: 'none',
    yolo: false,
    hash: 'sha256:test',
  };
  return {
    engine,
    view,
    store,
    cache: { cached } as unknown as SessionCache, // nothing else of it is asked
    memories: createSessionMemories(),
    events: { record: () => {} },
    hostPaths: { resolve: () => Promise.resolve([]), inContainer: () => Promise.resolve({ seen: false, why: 'no' }) },
    images: createImageLooks(engine, systemClock),
    inits: engine.inits,
    references: { read: () => Promise.resolve([]) },
    wayInto: (containerId) => engine.access.wayInto(containerId),
    onRunning: () => {},
    onReleased: () => {},
    written: () => {},
    clock: systemClock,
    log: silentLog,
    policies: { current: () => set },
    namespaces: unlabelled,
    grants: grantsInMemory(systemClock),
    drain: () => null,
    leftBehind: { count: () => 0, settled: () => {} },
    node: () => facts,
    ...openLanes(engine, systemClock),
  };
}

/** As the session's own user, by the engine; both streams as one text. */
async function run(docker: Docker, containerId: string, Cmd: readonly string[]) {
  const exec = await docker
    .getContainer(containerId)
    .exec({ Cmd: [...Cmd], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? -1, text: text.replaceAll('\r\n', '\n') };
}
