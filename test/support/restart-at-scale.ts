// A controller with much to look after is killed; while it is away people and the engine go on; then it comes back. What has to be
// true again, and what that may cost. The same story for the test, with few containers, and for the bench, with many.

import { collectionPath, objectPath, SESSIONS } from '../../src/kube/api-paths.ts';
import { recordOf, textOf } from '../../src/kube/raw-object.ts';
import { isoTime } from '../../src/lib/iso-time.ts';
import { conditionOf } from '../../src/model/conditions.ts';
import { API_VERSION, containerNameOf, SESSION_KIND } from '../../src/model/names.ts';
import type { McpSession } from '../../src/model/session.ts';
import { createRawEngine } from '../bench/kit/raw-engine.ts';
import { IMAGE, type OperatorCluster, requestsAnswered } from './operator-cluster.ts';
import { waitFor } from './wait-for.ts';

export interface RestartAtScale {
  /** Until everything that had changed meanwhile was told, and nothing was left to do. */
  readonly convergedMs: number;
  readonly readyMs: number;
  readonly rssMib: number;
  /** Requests about sessions and nodes that the API server answered until then, without those of whoever waited for it. */
  readonly requests: number;
  /** Sessions without a change whose object was written all the same. */
  readonly rewritten: readonly string[];
}

export interface RestartOptions {
  readonly socketPath: string;
  readonly running: number;
  /** Finished and suspended ones: sessions without a container. */
  readonly resting: number;
  readonly say: (line: string) => void;
}

/** Of each kind of change while the controller is away. */
const CHANGED = 4;
const IN_FLIGHT = 8;
const CONVERGED_WITHIN_MS = 180_000;
const MIB = 2 ** 20;

export async function restartAtScale(
  operator: OperatorCluster,
  { socketPath, running, resting, say }: RestartOptions,
  signal: AbortSignal,
): Promise<RestartAtScale> {
  say(`restart: ${resting} sessions without a container`);
  await inParallel(resting, (index) => putResting(operator, index, signal));
  say(`restart: ${running} sessions with one`);
  operator.place();
  const first = await operator.startController();
  await inParallel(running, async (index) => {
    await operator.create(`run-${index}`);
    await operator.ready(`run-${index}`);
  });
  await first.idle();
  await first.kill();

  const before = await sessionsByName(operator, signal);
  const killed = Array.from({ length: CHANGED }, (_, index) => `run-${index}`);
  const deleted = Array.from({ length: CHANGED }, (_, index) => `run-${CHANGED + index}`);
  const engine = createRawEngine(socketPath);
  for (const name of killed) await engine.remove(containerNameOf({ uid: uidOf(before, name), instanceGeneration: 1 }));
  engine.close();
  for (const name of deleted) {
    await operator.store.delete({ namespace: operator.namespace, name, uid: uidOf(before, name) }, signal);
  }

  const asked = await requestsAnswered(operator, signal);
  let looks = 0;
  const startedMs = performance.now();
  const second = await operator.startController();
  const readyMs = performance.now() - startedMs;
  await waitFor(
    'everything that changed while the controller was away',
    async () => {
      looks += killed.length + deleted.length;
      const now = await Promise.all(
        [...killed, ...deleted].map((name) => operator.store.read({ namespace: operator.namespace, name }, signal)),
      );
      const lost = now.slice(0, CHANGED).every((session) => reasonOf(session) === 'ContainerLost');
      return lost && now.slice(CHANGED).every((session) => session === null);
    },
    CONVERGED_WITHIN_MS,
  );
  await second.idle();
  const convergedMs = performance.now() - startedMs;
  const { rssBytes } = await second.debug();
  const requests = (await requestsAnswered(operator, signal)) - asked - looks;

  const after = await sessionsByName(operator, signal);
  const touched = new Set([...killed, ...deleted]);
  const rewritten = [...before]
    .filter(([name]) => !touched.has(name))
    .filter(([name, { meta }]) => after.get(name)?.meta.resourceVersion !== meta.resourceVersion)
    .map(([name]) => name);
  return { convergedMs, readyMs, rssMib: rssBytes / MIB, requests, rewritten };
}

const reasonOf = (session: McpSession | null): string | undefined =>
  conditionOf(session?.status.conditions, 'Ready')?.reason;

function uidOf(sessions: ReadonlyMap<string, McpSession>, name: string): string {
  const session = sessions.get(name);
  if (session === undefined) throw new Error(`there is no session ${name}`);
  return session.meta.uid;
}

async function sessionsByName(
  operator: OperatorCluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, McpSession>> {
  const sessions = await operator.store.list(operator.namespace, signal);
  return new Map(sessions.map((session) => [session.meta.name, session]));
}

/** Every second one is suspended, the others have finished; all belong to the node. */
async function putResting(operator: OperatorCluster, index: number, signal: AbortSignal): Promise<void> {
  const { client, namespace, nodeName } = operator;
  const name = `rest-${index}`;
  const suspended = index % 2 === 0;
  const lifetime = { ttlSeconds: 28_800, ttlSecondsAfterFinished: 86_400 };
  const spec = { image: IMAGE, lifetime, ...(suspended ? { operatingMode: 'Suspended' } : {}) };
  const object = { apiVersion: API_VERSION, kind: SESSION_KIND, metadata: { namespace, name }, spec };
  const { body } = await client.request(
    { method: 'POST', path: collectionPath(SESSIONS, namespace), body: object },
    signal,
  );
  const { uid, resourceVersion } = recordOf(recordOf(body)['metadata']);
  const metadata = { namespace, name, uid: textOf(uid), resourceVersion: textOf(resourceVersion) };
  const now = isoTime(Date.now());
  const assignment = { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: now };
  const status = { assignment, ...(suspended ? {} : finished(now)) };
  const path = objectPath(SESSIONS, metadata, 'status');
  await client.request(
    { method: 'PUT', path, body: { apiVersion: API_VERSION, kind: SESSION_KIND, metadata, status } },
    signal,
  );
}

/** As a controller says it: a time alone ends no session. */
const finished = (now: string) => ({
  finishedAt: now,
  conditions: [{ type: 'Finished', status: 'True', reason: 'Exited', message: '', lastTransitionTime: now }],
});

async function inParallel(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await act(index);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}
