// Watches engine and API server directly while a plan runs: what was true at any instant is only known to somebody who was there.

import { createEngineReader } from '../../support/oracle/engine-socket.ts';
import { examine } from '../../support/oracle/examine.ts';
import { ALL_SESSIONS_PATH, type Api, type KubeObject, type WatchedEvent } from './api.ts';
import { type ContainerLife, isAnonymous, nameOf, newLife } from './container-life.ts';
import type { Engine, EngineEvent } from './engine.ts';

export type { ContainerLife } from './container-life.ts';

const UID = 'mcpsession.dev/uid';
const CLUSTER = 'mcpsession.dev/cluster';

export const FOREIGN_PREFIX = 'faults-foreign-';

/**
 * A create that ended so shortly before its session went may have ended after the last look for it, which is nobody's mistake: the
 * request was late, or its program was killed.
 */
const LATE_MS = 250;

export interface Observer {
  /** Every container of this cluster since the plan began. */
  readonly containers: ReadonlyMap<string, ContainerLife>;
  readonly sessions: ReadonlyMap<string, KubeObject>;
  /** What was wrong at an instant, in words that begin with the invariant. */
  readonly violations: readonly string[];
  /** Newest resourceVersion of a session. */
  readonly resourceVersion: string;
  /** Every status reason that was seen, per session name: for the timeline. */
  readonly history: readonly { readonly atMs: number; readonly text: string }[];
  /** Forgets what is over and judges from now on; call before a plan. */
  reset(): void;
  /** What happens from now on is the harness's own doing. */
  overlook(): void;
  onSession(listener: (object: KubeObject, type: WatchedEvent['type']) => void): void;
  /** Resolves when every container that was created so far has been judged by the effect oracle. */
  judged(): Promise<void>;
  close(): void;
}

export async function startObserver(parts: {
  readonly api: Api;
  readonly engine: Engine;
  readonly cluster: string;
  readonly sentinels: ReadonlySet<string>;
}): Promise<Observer> {
  const { api, engine, cluster, sentinels } = parts;
  const end = new AbortController();
  const containers = new Map<string, ContainerLife>();
  const sessions = new Map<string, KubeObject>();
  const reader = createEngineReader(engine.socketPath);
  const looks = new Set<Promise<void>>();
  const listeners: ((object: KubeObject, type: WatchedEvent['type']) => void)[] = [];
  let violations: string[] = [];
  let history: { atMs: number; text: string }[] = [];
  let newest = '0';
  let judging = true;

  const note = (text: string): void => void history.push({ atMs: performance.now(), text });

  const look = async (id: string): Promise<void> => {
    const found = await examine(reader, id).catch(() => null); // the engine is busy: the next look judges it
    for (const { what, want, got } of found?.differences ?? []) {
      violations.push(`I8 container ${id.slice(0, 12)}: ${what} is ${got}, not ${want}`);
    }
  };

  const lookLater = (looking: Promise<void>): void => {
    const ended = looking.catch(() => {}).finally(() => looks.delete(ended)); // the engine is busy
    looks.add(ended);
  };

  const lookAtVolumes = async (life: ContainerLife): Promise<void> => {
    const names = (await engine.inspect(life.id))?.Mounts.map(({ Name = '' }) => Name) ?? [];
    life.anonymousVolumes = [...new Set([...life.anonymousVolumes, ...names.filter(isAnonymous)])];
  };

  /** Asked after the session went: what is there now, and was made well before, was there at that instant. */
  const lookForLeft = async ({ uid, name }: KubeObject['metadata'], wentAtMs: number): Promise<void> => {
    for (const { Id } of await engine.list(`${UID}=${uid}`)) {
      const { createdAtMs = null } = containers.get(Id) ?? {};
      if (sentinels.has(Id) || createdAtMs === null || createdAtMs + LATE_MS > wentAtMs) continue;
      violations.push(`I5 at the instant when session ${name} went, its container ${Id.slice(0, 12)} was there`);
    }
  };

  const onEngineEvent = (event: EngineEvent): void => {
    const { action, id, labels } = event;
    if (sentinels.has(id)) {
      if (['die', 'destroy', 'stop', 'kill', 'pause', 'rename'].includes(action))
        violations.push(`I7 sentinel ${id.slice(0, 12)}: ${action}`);
      return;
    }
    if (labels[CLUSTER] !== cluster || isOfPlan(labels)) return;
    const life = containers.get(id) ?? newLife(event);
    containers.set(id, life);
    const atMs = event.timeNano / 1e6;
    note(`engine: ${action} ${id.slice(0, 12)} ${labels['mcpsession.dev/name'] ?? ''}`);
    if (action === 'start') {
      life.running = true;
      life.starts += 1;
      const same = [...containers.values()].filter(
        (each) => each.running && each.uid === life.uid && each.generation === life.generation,
      );
      if (same.length > 1)
        violations.push(
          `I2 ${same.length} running containers of session ${life.uid}: ${same.map((each) => each.id.slice(0, 12)).join(', ')}`,
        );
    }
    if (action === 'die' || action === 'destroy') life.running = false;
    if (action === 'die') life.diedAtMs = atMs;
    if (action === 'destroy') {
      life.gone = true;
      const session = sessions.get(life.name);
      life.whenGone = session?.metadata.uid === life.uid ? { session, atMs } : null;
    }
    if (action === 'create') {
      life.createdAtMs = atMs;
      if (labels['name'] !== nameOf(life))
        violations.push(`I2 container ${id.slice(0, 12)} is named ${labels['name']}, not ${nameOf(life)}`);
      lookLater(lookAtVolumes(life));
    }
    if (action === 'create' || action === 'start') lookLater(look(id));
  };

  const onSessionEvent = ({ type, object }: WatchedEvent): void => {
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return;
    const { name, resourceVersion } = object.metadata;
    newest = resourceVersion;
    if (type === 'DELETED') {
      sessions.delete(name);
      if (judging) lookLater(lookForLeft(object.metadata, Date.now()));
    } else sessions.set(name, object);
    const ready = object.status?.conditions?.find((condition) => condition.type === 'Ready');
    note(
      `api: ${type} ${name} rv=${resourceVersion} ${ready?.reason ?? ''}${object.metadata.deletionTimestamp === undefined ? '' : ' deleting'}`,
    );
    for (const listener of listeners) listener(object, type);
  };

  const watchEngine = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await engine.events(onEngineEvent, end.signal);
      await pause(100);
    }
  };
  const watchSessions = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        const list = (await api.must('GET', ALL_SESSIONS_PATH)) as {
          metadata: { resourceVersion: string };
          items: KubeObject[];
        }; // a list
        const listed = new Set(list.items.map(({ metadata }) => metadata.name));
        for (const [name, object] of sessions) if (!listed.has(name)) onSessionEvent({ type: 'DELETED', object });
        for (const object of list.items) {
          if (sessions.get(object.metadata.name)?.metadata.resourceVersion !== object.metadata.resourceVersion)
            onSessionEvent({ type: 'MODIFIED', object });
        }
        await api.watch(
          { path: ALL_SESSIONS_PATH, resourceVersion: list.metadata.resourceVersion },
          onSessionEvent,
          end.signal,
        );
      } catch {
        await pause(200); // the API server is away, as the plan wants it
      }
    }
  };
  void watchEngine();
  void watchSessions();

  return {
    containers,
    sessions,
    get violations() {
      return violations;
    },
    get resourceVersion() {
      return newest;
    },
    get history() {
      return history;
    },
    reset() {
      violations = [];
      history = [];
      containers.clear();
      judging = true;
    },
    overlook: () => {
      judging = false;
    },
    onSession: (listener) => void listeners.push(listener),
    async judged() {
      await Promise.all(looks);
    },
    close: () => end.abort(),
  };
}

/** A container that a plan makes itself and that is nobody's session: events carry its name beside its labels. */
const isOfPlan = (labels: EngineEvent['labels']): boolean => labels['name']?.startsWith(FOREIGN_PREFIX) === true;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
