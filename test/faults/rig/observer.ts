// Watches engine and API server directly while a plan runs: what was true at any instant is only known to somebody who was there.

import { createEngineReader } from '../../support/oracle/engine-socket.ts';
import { examine } from '../../support/oracle/examine.ts';
import { ALL_SESSIONS_PATH, type Api, type KubeObject, type WatchedEvent } from './api.ts';
import type { Engine, EngineEvent } from './engine.ts';

const UID = 'mcpsession.dev/uid';
const CLUSTER = 'mcpsession.dev/cluster';
const GENERATION = 'mcpsession.dev/instance-generation';

export const FOREIGN_PREFIX = 'faults-foreign-';

export interface ContainerLife {
  readonly id: string;
  readonly uid: string;
  readonly generation: string;
  readonly name: string;
  starts: number;
  running: boolean;
  gone: boolean;
}

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
  /** Forgets what is over; call between plans. */
  reset(): void;
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

  const note = (text: string): void => void history.push({ atMs: performance.now(), text });

  const look = async (id: string): Promise<void> => {
    const found = await examine(reader, id).catch(() => null); // the engine is busy: the next look judges it
    for (const { what, want, got } of found?.differences ?? []) {
      violations.push(`I8 container ${id.slice(0, 12)}: ${what} is ${got}, not ${want}`);
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
    const life = lifeOf(containers, event);
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
    if (action === 'destroy') life.gone = true;
    if (action === 'create' || action === 'start') {
      const looking = look(id).finally(() => looks.delete(looking));
      looks.add(looking);
    }
  };

  const onSessionEvent = ({ type, object }: WatchedEvent): void => {
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return;
    const { name, resourceVersion } = object.metadata;
    newest = resourceVersion;
    if (type === 'DELETED') sessions.delete(name);
    else sessions.set(name, object);
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
    },
    onSession: (listener) => void listeners.push(listener),
    async judged() {
      await Promise.all(looks);
    },
    close: () => end.abort(),
  };
}

function lifeOf(containers: Map<string, ContainerLife>, { id, labels }: EngineEvent): ContainerLife {
  const known = containers.get(id);
  if (known !== undefined) return known;
  const life = {
    id,
    uid: labels[UID] ?? '',
    generation: labels[GENERATION] ?? '',
    name: labels['mcpsession.dev/name'] ?? '',
    starts: 0,
    running: false,
    gone: false,
  };
  containers.set(id, life);
  return life;
}

/** A container that a plan makes itself and that is nobody's session: events carry its name beside its labels. */
const isOfPlan = (labels: EngineEvent['labels']): boolean => labels['name']?.startsWith(FOREIGN_PREFIX) === true;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
