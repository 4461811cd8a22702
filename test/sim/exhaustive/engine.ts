// A container engine for one session name: names are unique, a removal of what is gone succeeds, and every change is told. Pure.

import { assertNever } from '../../../src/lib/assert-never.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import type { EngineEvent } from '../../../src/ports/container-engine.ts';
import { type Answer, type Engine, type Mutation, NAME, NAMESPACE, NOW_MS } from './model.ts';

type EngineMutation = Extract<Mutation, { send: 'create' | 'start' | 'stop' | 'remove' }>;

export interface Applied {
  readonly engine: Engine;
  readonly answer: Answer;
  /** What everybody who listens hears of; null for nothing. */
  readonly event: EngineEvent | null;
}

export function applyToEngine(engine: Engine, request: EngineMutation, node: number): Applied {
  if (request.send === 'create') return create(engine, request, node);
  const found = engine.containers.find(({ id }) => id === request.id);
  if (found === undefined) return unchanged(engine, absent(request));
  switch (request.send) {
    case 'start':
      if (found.state === 'running') return unchanged(engine, DONE);
      return change(engine, { ...found, state: 'running', startedMs: NOW_MS, exitCode: null, pid: 4711 }, 'start');
    case 'stop':
      if (found.state !== 'running') return unchanged(engine, DONE);
      return change(engine, { ...found, state: 'exited', finishedMs: NOW_MS, exitCode: 143, pid: null }, 'die');
    case 'remove': {
      const containers = engine.containers.filter(({ id }) => id !== found.id);
      return { engine: { ...engine, containers }, answer: DONE, event: event(found.id, 'destroy') };
    }
    default:
      return assertNever(request);
  }
}

const DONE: Answer = { ok: true, value: null };

const unchanged = (engine: Engine, answer: Answer): Applied => ({ engine, answer, event: null });

/** Stop and remove of what is gone are successes (the port says so). */
function absent(request: EngineMutation): Answer {
  return request.send === 'start' ? { ok: false, kind: 'not-found', message: 'no such container' } : DONE;
}

function create(engine: Engine, request: Extract<EngineMutation, { send: 'create' }>, node: number): Applied {
  const { spec } = request;
  if (engine.containers.some((known) => known.spec.containerName === spec.containerName)) {
    return unchanged(engine, { ok: false, kind: 'already-exists', message: 'the name is taken' });
  }
  const made: ObservedContainer = {
    id: `${node}${engine.made}`.padEnd(64, '0'),
    state: 'created',
    createdMs: NOW_MS,
    startedMs: null,
    finishedMs: null,
    exitCode: null,
    oomKilled: false,
    engineError: '',
    pid: null,
    spec,
  };
  return {
    engine: { containers: [...engine.containers, made], made: engine.made + 1 },
    answer: { ok: true, value: { id: made.id } },
    event: event(made.id, 'create'),
  };
}

function change(engine: Engine, next: ObservedContainer, action: string): Applied {
  const containers = engine.containers.map((known) => (known.id === next.id ? next : known));
  return { engine: { ...engine, containers }, answer: DONE, event: event(next.id, action) };
}

const event = (containerId: string, action: string): EngineEvent => ({
  containerId,
  namespace: NAMESPACE,
  name: NAME,
  action,
});

/** By id or by name, as the port has it. */
export function inspected({ containers }: Engine, target: string): Answer {
  const container = containers.find(({ id, spec }) => id === target || spec.containerName === target);
  return { ok: true, value: container === undefined ? null : { ours: true, container } };
}
