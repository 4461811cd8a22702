// A world in memory around the pure core: what nextStep decides happens at once and exactly once. A story is the list of
// steps and words that follow, as text that a person can review.

import type {
  Attachments,
  AttachmentSummary,
  ObservedNetwork,
  ObservedWorkspace,
} from '../../src/model/attachments.ts';
import { conditionOf } from '../../src/model/conditions.ts';
import {
  type FileIdentity,
  type ImageFacts,
  isHeldInit,
  type NodeFacts,
  type ObservedContainer,
} from '../../src/model/container.ts';
import { FINALIZER } from '../../src/model/names.ts';
import { defaultPolicy, type Policy } from '../../src/model/policy.ts';
import type { McpSession, SessionStatus } from '../../src/model/session.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { eventsFor } from '../../src/plan/events.ts';
import { nextStatus } from '../../src/plan/next-status.ts';
import { nextStep } from '../../src/plan/next-step.ts';
import type { Failure, ImageKnowledge, Observation } from '../../src/plan/observation.ts';
import { assignedStatus } from '../../src/plan/placement-status.ts';
import type { Step } from '../../src/plan/step.ts';
import { aSessionSpec } from './session-builder.ts';

export const STORY_START_MS = Date.parse('2026-11-20T12:00:00Z');
export const STORY_NODE: NodeFacts = {
  nodeName: 'node-1',
  cluster: 'cluster-1',
  engineVersion: '28.5.2',
  apiVersion: '1.51',
  cpus: 2,
  memoryBytes: 24 * 1024 ** 3,
  runtimes: ['runc'],
  cgroupVersion: '2',
  storageDriver: 'overlay2',
  appArmor: true,
  seccomp: true,
  seccompProfile: `sha256:${'5e'.repeat(32)}`,
  userNamespaces: false,
  rootless: false,
  engineDirectory: '/var/lib/docker',
  diskQuota: false,
  volumeDrivers: ['local'],
  initProgram: true,
};

export const STORY_IDENTITY: FileIdentity = { device: '65024', inode: '131', bornNs: '0', root: '/srv/data' };

export const STORY_INIT_VOLUME = 'mcpsession-init-0123456789abcdef';

export const STORY_IMAGE: ImageFacts = {
  id: `sha256:${'1b'.repeat(32)}`,
  repoDigests: [`registry.example/team/tool@sha256:${'ab'.repeat(32)}`],
  env: [{ name: 'PATH', value: '/usr/bin:/bin' }],
  volumes: [],
  labels: [],
  workingDir: '/app',
};

export function aStoredSession(change: Partial<SessionSpecInput> = {}, status: SessionStatus = {}): McpSession {
  return {
    meta: {
      name: 'hello',
      namespace: 'team-a',
      uid: '0d9d2b5e-4a0c-4a63-9d0f-6a9b1c2d3e4f',
      resourceVersion: '1',
      generation: 1,
      creationMs: STORY_START_MS,
      deletionMs: null,
      finalizers: [],
      labels: {},
      annotations: {},
    },
    spec: aSessionSpec(change),
    problems: [],
    status: {
      assignment: { nodeName: 'node-1', attempt: 1, instanceGeneration: 1, assignedAt: '2026-11-20T12:00:00Z' },
      ...status,
    },
  };
}

export interface World {
  session: McpSession | null;
  containers: ObservedContainer[] | null;
  imageOnNode: ImageFacts | null;
  image: ImageKnowledge;
  nowMs: number;
  policy: Policy;
  lastFailure: Failure | null;
  lastActivityMs: number | null;
  nameTakenBy: string | null;
  /** The container that this node has ended although the session can go on. */
  endedByUs: string | null;
  /** Makes the next step of this kind fail once. */
  failNext: { step: Step['do']; failure: Failure } | null;
  /** Changes what the engine really creates: a hand behind our back. */
  tamper: ((container: ObservedContainer) => ObservedContainer) | null;
  hostPaths: Observation['hostPaths'];
  containerMounts: Observation['containerMounts'];
  /** What the container really got instead of what was judged. */
  mountsGot: Observation['containerMounts'];
  initVolume: string | null;
  /** What the engine has for the session, and what the controller knows of it. */
  networks: ObservedNetwork[];
  workspaces: ObservedWorkspace[];
  attachments: { readonly of: string; readonly found: Attachments } | null;
  workspaceReady: boolean;
  leftovers: AttachmentSummary[];
  referencesReadable: boolean;
  isHeld: boolean | null;
  commandsBy: Observation['commandsBy'];
  node: NodeFacts;
  drain: Observation['drain'];
  leftBehind: number;
  lines: string[];
}

export function aWorld(change: Partial<World> = {}): World {
  return {
    session: aStoredSession(),
    containers: [],
    imageOnNode: STORY_IMAGE,
    image: { known: 'unknown' },
    nowMs: STORY_START_MS,
    policy: defaultPolicy(),
    lastFailure: null,
    lastActivityMs: null,
    nameTakenBy: null,
    endedByUs: null,
    failNext: null,
    tamper: null,
    hostPaths: null,
    containerMounts: null,
    mountsGot: null,
    initVolume: null,
    networks: [],
    workspaces: [],
    attachments: null,
    workspaceReady: false,
    leftovers: [],
    referencesReadable: false,
    isHeld: null,
    commandsBy: 'session-init',
    node: STORY_NODE,
    drain: null,
    leftBehind: 0,
    lines: [],
    ...change,
  };
}

export function observationOf(world: World): Observation {
  return {
    session: world.session,
    containers: world.containers,
    nameTakenBy: world.nameTakenBy,
    image: world.image,
    hostPaths: world.hostPaths,
    containerMounts: world.containerMounts,
    initVolume: world.initVolume,
    attachments: world.attachments?.of === containerText(world) ? world.attachments.found : null,
    workspaceReady: world.workspaceReady,
    leftovers: world.leftovers,
    referencesReadable: world.referencesReadable,
    isHeld: world.isHeld,
    commandsBy: world.commandsBy,
    lastFailure: world.lastFailure,
    lastActivityMs: world.lastActivityMs,
    runningSinceMs: sinceOf(world, 'startedMs'),
    exitedSinceMs: sinceOf(world, 'finishedMs') ?? world.nowMs,
    attemptSeen: 0,
    endedByUs: world.endedByUs,
    verdict: null,
    wantedSinceMs: Math.max(STORY_START_MS, Date.parse(world.session?.status.assignment?.assignedAt ?? '0')),
    nowMs: world.nowMs,
    policy: world.policy,
    policyHash: 'sha256:policy',
    namespaceProblems: [],
    suspension: 'none',
    node: world.node,
    drain: world.drain,
    leftBehind: world.leftBehind,
  };
}

const sinceOf = ({ containers }: World, which: 'startedMs' | 'finishedMs'): number | null =>
  containers?.[0]?.[which] ?? null;

/** Which run of which container there is: what was looked at before it says nothing of it. */
const containerText = ({ containers }: World): string => (containers ?? []).map(({ id, pid }) => `${id} ${pid}`).join();

const MOST_STEPS = 30;

/** Runs until the core rests; returns how long it wants to rest. Throws when it never does. */
export function runToRest(world: World): number | null {
  for (let count = 0; count < MOST_STEPS; count += 1) {
    const seen = observationOf(world);
    const decision = nextStep(seen);
    const wrote = applyStatus(world, nextStatus(seen, decision));
    const step = decision.step;
    if (step.do === 'rest') {
      if (wrote && step.wakeAfterMs !== null && step.wakeAfterMs <= 0) continue;
      world.lines.push(step.wakeAfterMs === null ? 'rest' : `rest for ${Math.round(step.wakeAfterMs / 1000)} s`);
      return step.wakeAfterMs;
    }
    world.lines.push(`step ${describe(step)}`);
    if (world.failNext?.step === step.do) {
      world.lastFailure = world.failNext.failure;
      world.failNext = null;
      continue;
    }
    applyStep(world, step);
  }
  throw new Error(`no rest after ${MOST_STEPS} steps:\n${world.lines.join('\n')}`);
}

/** A person or a fault changes the world between two looks. */
export function meanwhile(world: World, what: string, change: (world: World) => void): void {
  world.lines.push(`meanwhile: ${what}`);
  change(world);
}

function describe(step: Step): string {
  switch (step.do) {
    case 'lookAtImage':
    case 'pull':
      return `${step.do} ${step.reference.slice(0, 30)}`;
    case 'create':
      return `create ${step.spec.containerName} attempt ${step.spec.identity.attempt}`;
    case 'prepareWorkspace':
      return `prepareWorkspace ${step.spec.driver} ${step.spec.sizeBytes ?? 'unbounded'}`;
    case 'stop':
      return `stop with ${step.graceSeconds} s of grace`;
    default:
      return step.do;
  }
}

function applyStatus(world: World, status: SessionStatus | null): boolean {
  if (status === null || world.session === null) return false;
  if (JSON.stringify(status) === JSON.stringify(world.session.status)) return false;
  for (const event of eventsFor(world.session, status)) world.lines.push(`event ${event.reason}: ${event.message}`);
  const said = (type: 'Ready' | 'Stalled' | 'Finished') => conditionOf(status.conditions, type);
  const flags = (['Stalled', 'Finished'] as const).filter((type) => said(type)?.status === 'True').join(' ');
  const ready = said('Ready');
  world.lines.push(
    `status Ready=${ready?.status} ${ready?.reason}${flags === '' ? '' : ` (${flags})`}: ${ready?.message}`,
  );
  world.session = { ...world.session, status };
  return true;
}

function applyStep(world: World, step: Step): void {
  const session = world.session;
  switch (step.do) {
    case 'lookAtImage':
      world.image = world.imageOnNode === null ? { known: 'absent' } : { known: 'present', facts: world.imageOnNode };
      return;
    case 'lookAtHostPaths':
      world.hostPaths = step.paths.map((asked) => ({
        asked,
        resolved: asked,
        kind: 'directory' as const,
        identity: STORY_IDENTITY,
      }));
      return;
    case 'lookAtMounts':
      world.containerMounts = world.mountsGot ?? {
        seen: true,
        mounts: step.targets.map((target) => ({ target, identity: STORY_IDENTITY })),
      };
      return;
    case 'lookAtInit':
      world.initVolume = STORY_INIT_VOLUME;
      return;
    case 'lookAtAttachments':
      world.attachments = { of: containerText(world), found: attachmentsIn(world) };
      return;
    case 'createNetwork':
      world.attachments = null;
      world.networks = [
        ...world.networks,
        { ...step.spec, id: 'n'.padEnd(64, String(world.networks.length)), differences: [], endpoints: [] },
      ];
      return;
    case 'removeNetwork':
      world.attachments = null;
      world.networks = world.networks.filter(({ id }) => id !== step.networkId);
      world.leftovers = world.leftovers.filter(({ id }) => id !== step.networkId);
      return;
    case 'prepareWorkspace': {
      const { name, identity, driver, sizeBytes, persistent } = step.spec;
      world.attachments = null;
      world.workspaceReady = true;
      if (world.workspaces.length === 0)
        world.workspaces = [{ name, identity, driver, sizeBytes, persistent, differences: [] }];
      return;
    }
    case 'removeWorkspace':
      world.attachments = null;
      world.workspaceReady = false;
      world.workspaces = world.workspaces.filter(({ name }) => name !== step.name);
      world.leftovers = world.leftovers.filter(({ id }) => id !== step.name);
      return;
    case 'lookAtReferences':
      world.referencesReadable = true;
      return;
    case 'release':
      world.isHeld = false;
      return;
    case 'pull':
      world.imageOnNode = STORY_IMAGE;
      world.image = { known: 'unknown' };
      return;
    case 'addFinalizer':
      if (session !== null) world.session = { ...session, meta: { ...session.meta, finalizers: [FINALIZER] } };
      return;
    case 'removeFinalizer':
    case 'deleteSession':
      world.session = null;
      return;
    case 'create': {
      const made: ObservedContainer = {
        id: `c${step.spec.identity.attempt}`.padEnd(64, '0'),
        state: 'created',
        createdMs: world.nowMs,
        startedMs: null,
        finishedMs: null,
        exitCode: null,
        oomKilled: false,
        engineError: '',
        pid: null,
        spec: step.spec,
      };
      world.initVolume = null;
      world.workspaceReady = false;
      world.referencesReadable = false;
      world.containers = [...(world.containers ?? []), world.tamper?.(made) ?? made];
      return;
    }
    case 'start':
      world.isHeld = world.containers?.some(({ id, spec }) => id === step.containerId && isHeldInit(spec)) ?? null;
      changeContainer(world, step.containerId, { state: 'running', startedMs: world.nowMs, pid: 4711 });
      return;
    case 'stop':
      changeContainer(world, step.containerId, { state: 'exited', finishedMs: world.nowMs, exitCode: 143 });
      return;
    case 'remove':
      world.hostPaths = null;
      world.isHeld = null;
      world.containers = (world.containers ?? []).filter(({ id }) => id !== step.containerId);
      return;
    case 'rest':
      return;
  }
}

/** A container that runs is on its network. */
function attachmentsIn({ networks, workspaces, containers }: World): Attachments {
  const running = (containers ?? []).filter(({ state }) => state === 'running');
  return {
    networks: networks.map((network) => ({
      ...network,
      endpoints: [
        ...network.endpoints,
        ...running.filter(({ spec }) => spec.networkMode === network.name).map(({ id }) => id),
      ].sort(),
    })),
    workspaces,
  };
}

export function changeContainer(world: World, id: string, change: Partial<ObservedContainer>): void {
  world.containers = (world.containers ?? []).map((container) =>
    container.id === id ? { ...container, ...change } : container,
  );
}

export function changeFirstContainer(world: World, change: Partial<ObservedContainer>): void {
  const id = world.containers?.[0]?.id;
  if (id !== undefined) changeContainer(world, id, change);
}

export function changeSession(world: World, change: (session: McpSession) => McpSession): void {
  if (world.session !== null) world.session = change(world.session);
}

/** What placement writes when a session that was given up wants to run: the next generation on the same node. */
export function assignAnew(world: World): void {
  changeSession(world, (session) => ({
    ...session,
    status: assignedStatus({ session, nodeName: 'node-1', message: 'assigned to node node-1', nowMs: world.nowMs }),
  }));
}
