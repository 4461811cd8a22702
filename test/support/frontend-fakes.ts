// The ports of the front end and of the node API, in memory. Two tenants, one node.

import { OperatorError } from '../../src/lib/errors.ts';
import type { AccessRequest, Caller } from '../../src/model/caller.ts';
import type { Condition } from '../../src/model/conditions.ts';
import { serviceAccountUsername } from '../../src/model/names.ts';
import type { ExecFrame, ExecRequest } from '../../src/model/node-protocol.ts';
import { type McpSession, parseSessionSpec, type SessionStatus } from '../../src/model/session.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import type { Authenticator, Authorizer } from '../../src/ports/authority.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { NodeAccess } from '../../src/ports/node-access.ts';
import type { NodeStore } from '../../src/ports/nodes.ts';
import type { SessionStore } from '../../src/ports/sessions.ts';
import { type Access, subjectAccess } from '../../src/frontend/access.ts';
import { unlimitedExecs } from '../../src/frontend/exec-budget.ts';
import { routeToNode } from '../../src/frontend/exec-route.ts';
import type { ServiceParts } from '../../src/frontend/service-parts.ts';
import { policiesOfNamespaces } from '../../src/frontend/policies-for.ts';
import { createServices, type Services } from '../../src/frontend/services.ts';
import { fixedPolicies, unlabelled } from './policies.ts';

export const START_MS = Date.parse('2026-11-20T17:00:00Z');
export const TEST_IMAGE = `registry.example/team/tool:1.0@sha256:${'ab'.repeat(32)}`;

export const callerNamed = (namespace: string, name: string): Caller => ({
  username: serviceAccountUsername(namespace, name),
  uid: `uid-${namespace}-${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  extra: {},
});

/** Two tenants that share a namespace, so that only ownership keeps them apart. */
export const ALICE = callerNamed('agents', 'alice');
export const BOB = callerNamed('agents', 'bob');

/** Time that passes only by waiting. */
export function fakeClock(): Clock & { advance(ms: number): void } {
  let elapsedMs = 0;
  return {
    nowMs: () => START_MS + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep: (ms, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      elapsedMs += ms;
      return Promise.resolve();
    },
    advance: (ms) => {
      elapsedMs += ms;
    },
  };
}

export const condition = (type: string, status: Condition['status'], reason: string, message = ''): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: new Date(START_MS).toISOString(),
});

/** Status of a session that runs on node "node-1" and is verified. */
export const RUNNING: SessionStatus = {
  conditions: [
    condition('Ready', 'True', 'Running', 'the container runs as approved'),
    condition('IsolationVerified', 'True', 'Verified', '1 of 1 controls observed'),
  ],
  assignment: { nodeName: 'node-1', attempt: 1, instanceGeneration: 1, assignedAt: new Date(START_MS).toISOString() },
  container: {
    id: 'c'.repeat(64),
    shortId: 'c'.repeat(12),
    imageDigest: 'sha256:ab',
    runtime: 'runc',
    startedAt: new Date(START_MS).toISOString(),
  },
  isolation: { controls: [{ id: 'user', want: '1001:1001', got: '1001:1001', ok: true }], digest: 'sha256:cd' },
};

export function sessionNamed(input: {
  readonly namespace?: string;
  readonly name: string;
  readonly owner?: string | null;
  readonly spec?: Partial<SessionSpecInput>;
  readonly status?: SessionStatus;
}): McpSession {
  const { namespace = 'agents', name, owner = null } = input;
  const parsed = parseSessionSpec({ image: TEST_IMAGE, ...input.spec });
  return {
    meta: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationMs: START_MS,
      deletionMs: null,
      finalizers: [],
      labels: {},
      annotations: owner === null ? {} : { 'mcpsession.dev/owner': owner },
    },
    spec: parsed.spec,
    problems: parsed.problems,
    status: input.status ?? RUNNING,
  };
}

export interface FakeSessions extends SessionStore {
  readonly stored: Map<string, McpSession>;
  /** Status of a created session at its n-th look (0 is the answer of create). Default: running from the first look on. */
  statusAt: (look: number) => SessionStatus;
  /** Thrown by the next create. */
  createFault: OperatorError | null;
  /** Thrown by the next extension. */
  extendFault: OperatorError | null;
}

export function fakeSessions(sessions: readonly McpSession[] = []): FakeSessions {
  const stored = new Map(sessions.map((session) => [`${session.meta.namespace}/${session.meta.name}`, session]));
  const looks = new Map<string, number>();
  const unused = () => Promise.reject(new Error('the front end must not do this'));
  const fake: FakeSessions = {
    stored,
    statusAt: (look) => (look === 0 ? {} : RUNNING),
    createFault: null,
    extendFault: null,
    read: ({ namespace, name }) => {
      const key = `${namespace}/${name}`;
      const session = stored.get(key);
      const look = looks.get(key);
      if (session === undefined || look === undefined) return Promise.resolve(session ?? null);
      looks.set(key, look + 1);
      const seen = { ...session, status: fake.statusAt(look + 1) };
      stored.set(key, seen);
      return Promise.resolve(seen);
    },
    list: (namespace) => Promise.resolve([...stored.values()].filter(({ meta }) => meta.namespace === namespace)),
    create: ({ namespace, name, spec, annotations }) => {
      if (fake.createFault !== null) return Promise.reject(fake.createFault);
      const key = `${namespace}/${name}`;
      if (stored.has(key))
        return Promise.reject(new OperatorError('already-exists', `mcpsessions "${name}" already exists`));
      const session = sessionNamed({
        namespace,
        name,
        spec,
        owner: annotations['mcpsession.dev/owner'] ?? null,
        status: fake.statusAt(0),
      });
      stored.set(key, session);
      looks.set(key, 0);
      return Promise.resolve({ session, warnings: [] });
    },
    delete: ({ namespace, name, uid }) => {
      const key = `${namespace}/${name}`;
      if (stored.get(key)?.meta.uid === uid) stored.delete(key);
      return Promise.resolve();
    },
    setTimeToLive: (session, ttlSeconds) => {
      const key = `${session.meta.namespace}/${session.meta.name}`;
      const { spec } = session;
      if (spec === null) return unused();
      if (fake.extendFault !== null) {
        const fault = fake.extendFault;
        fake.extendFault = null;
        return Promise.reject(fault);
      }
      const extended = { ...session, spec: { ...spec, lifetime: { ...spec.lifetime, ttlSeconds } } };
      stored.set(key, extended);
      return Promise.resolve(extended);
    },
    writeStatus: unused,
    setFinalizer: unused,
  };
  return fake;
}

export const fakeNodes = (url = 'https://node-1.test:1'): NodeStore => ({
  list: () => Promise.resolve([]),
  read: (name) =>
    Promise.resolve(
      name === 'node-1'
        ? {
            name,
            uid: 'n',
            resourceVersion: '1',
            generation: 1,
            labels: {},
            spec: { unschedulable: false },
            status: { nodeApi: { url, caPem: 'pem' } },
          }
        : null,
    ),
  publish: () => Promise.reject(new Error('the front end must not do this')),
});

/** Tokens by text, each good for one audience. */
export const fakeAuthenticator = (
  tokens: Readonly<Record<string, { readonly audience: string; readonly caller: Caller }>>,
): Authenticator => ({
  authenticate: (token, audience) => {
    const known = Object.hasOwn(tokens, token) ? tokens[token] : undefined;
    return Promise.resolve(known?.audience === audience ? known.caller : null);
  },
});

export interface FakeAuthorizer extends Authorizer {
  readonly asked: { readonly caller: Caller; readonly request: AccessRequest }[];
}

export function fakeAuthorizer(may: (caller: Caller, request: AccessRequest) => boolean = () => true): FakeAuthorizer {
  const asked: { readonly caller: Caller; readonly request: AccessRequest }[] = [];
  return {
    asked,
    allowed: (caller, request) => {
      asked.push({ caller, request });
      return Promise.resolve({ allowed: may(caller, request), reason: '' });
    },
  };
}

export const exitFrame = (change: Partial<Extract<ExecFrame, { type: 'exit' }>> = {}): ExecFrame => ({
  type: 'exit',
  exitCode: 0,
  signal: null,
  timedOut: false,
  durationMs: 12,
  stdoutBytes: 0,
  stderrBytes: 0,
  truncated: false,
  containerEnded: false,
  ...change,
});

export const outputFrame = (stream: 'stdout' | 'stderr', text: string): ExecFrame => ({
  type: 'output',
  stream,
  data: Buffer.from(text, 'utf8').toString('base64'),
});

/** `exec` answers with `frames`; a test replaces the other methods that it is about. */
export interface FakeNodeAccess extends Mutable<NodeAccess> {
  readonly requests: ExecRequest[];
  frames: readonly ExecFrame[];
  fault: OperatorError | null;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export function fakeNodeAccess(): FakeNodeAccess {
  const unexpected = () => Promise.reject(new Error('this test expects no such call'));
  const fake: FakeNodeAccess = {
    openExec: unexpected,
    listExecs: unexpected,
    execRecord: unexpected,
    execOutput: unexpected,
    execInput: unexpected,
    execKill: unexpected,
    logs: unexpected,
    fileStat: unexpected,
    fileList: unexpected,
    fileRead: unexpected,
    fileWrite: unexpected,
    fileMakeDirectory: unexpected,
    fileRemove: unexpected,
    forward: unexpected,
    requests: [],
    frames: [{ type: 'started', execId: 'ex1' }, outputFrame('stdout', 'hello\n'), exitFrame()],
    fault: null,
    exec: (_endpoint, _session, request, onFrame) => {
      fake.requests.push(request);
      if (fake.fault !== null) return Promise.reject(fake.fault);
      for (const frame of fake.frames) onFrame(frame);
      return Promise.resolve();
    },
  };
  return fake;
}

export interface FrontendWorld {
  readonly services: Services;
  readonly sessions: FakeSessions;
  readonly nodeAccess: FakeNodeAccess;
  readonly authorizer: FakeAuthorizer;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly newId: () => string;
}

/** Services over fakes; `change` replaces what a test is about. */
export function frontendWorld(
  change: {
    readonly sessions?: readonly McpSession[];
    readonly may?: (caller: Caller, request: AccessRequest) => boolean;
    readonly access?: Access;
    /** Of the default profile. */
    readonly policySettings?: Readonly<Record<string, unknown>>;
    readonly parts?: Partial<ServiceParts>;
  } = {},
): FrontendWorld {
  const sessions = fakeSessions(change.sessions);
  const nodeAccess = fakeNodeAccess();
  const authorizer = fakeAuthorizer(change.may);
  const clock = fakeClock();
  let ids = 0;
  const newId = () => (ids += 1).toString(16).padStart(4, '0').repeat(8);
  const services = createServices({
    sessions,
    nodeAccess,
    clock,
    newId,
    access: change.access ?? subjectAccess(authorizer),
    execRoute: routeToNode(fakeNodes()),
    execBudget: unlimitedExecs,
    policiesFor: policiesOfNamespaces(fixedPolicies(change.policySettings), unlabelled),
    log: silentLog,
    defaultNamespace: 'default',
    ...change.parts,
  });
  return { services, sessions, nodeAccess, authorizer, clock, newId };
}
