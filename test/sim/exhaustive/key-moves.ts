// Every next thing that can happen to one session name: each is one atomic action. Two sessions are moved by the same rules, since
// nothing here knows a session's name.

import type { ContainerSummary } from '../../../src/ports/container-engine.ts';
import { createEffects, isConnected } from './effects.ts';
import { inspected } from './engine.ts';
import { createLocalMoves, queued } from './local.ts';
import type { Answer, Budget, KeyState, Local, Mutation, Request, Setting } from './model.ts';
import { IDLE, NAME, NAMESPACE } from './model.ts';
import { changed, createdSession, isOfNode, type Stored, withDeletion } from './objects.ts';
import type { PassRunner } from './pass.ts';
import type { Pool } from './pool.ts';
import { wordsOf } from './words.ts';

export interface Move {
  readonly label: string;
  /** What it uses up; null for what happens without any fault or wish. */
  readonly uses: Budget | null;
  readonly to: KeyState;
  /** A mutation that took effect: for those who count. */
  readonly effect: Effect | null;
  /** The look that comes round every 30 s, where nothing else is left to happen. */
  readonly isResync?: true;
}

export interface Effect {
  readonly request: Mutation;
  readonly before: KeyState;
}

export interface KeyMoves {
  movesOf(state: KeyState): Promise<readonly Move[]>;
  crashed(state: KeyState, controller: number): KeyState;
  lostLease(state: KeyState, controller: number): Promise<KeyState>;
  tookLease(state: KeyState, controller: number): KeyState;
}

/** The same words, so that states do not differ by them alone. */
const LOST = {
  timeout: { ok: false, kind: 'timeout', message: 'no answer' },
  reset: { ok: false, kind: 'unavailable', message: 'no answer' },
} as const;

/** The product tells the two apart where it creates; everywhere else either will do. */
function lossesOf(request: Request): readonly (typeof LOST)[keyof typeof LOST][] {
  if ('ask' in request) return [LOST.reset];
  return request.send === 'create' ? [LOST.timeout, LOST.reset] : [LOST.timeout];
}

export function createKeyMoves(setting: Setting, passes: PassRunner, pool: Pool): KeyMoves {
  const locals = createLocalMoves(passes, pool);
  const { nodeOf, nodeName, withLocal, withObject, applied } = createEffects(setting, pool);

  /** In a coarse world a look goes on to its first mutation, and what it wakes follows at once. */
  const goneOn = async (state: KeyState, controller: number, local: Local): Promise<Local> => {
    if (setting.grain === 'fine') return local;
    let now = local;
    for (;;) {
      if (now.pass === null && now.queued) now = await locals.beginLook(now, controller);
      else if (now.pass !== null && 'ask' in now.pass.request && now.pass.answer === null) {
        now = await locals.answer(now, controller, pool.intern(read(state, nodeOf(controller), now.pass.request)));
      } else return now;
    }
  };

  const listedSessions = (state: KeyState, controller: number, local: Local): Local => {
    const { object } = state;
    const mine = object !== null && isOfNode(object, nodeName(controller)) ? object : null;
    const listed = { ...local, listed: true, cached: mine };
    return mine === null ? listed : queued(listed);
  };

  const listedContainers = (state: KeyState, controller: number, local: Local): Local => {
    const view = (state.engines[nodeOf(controller)]?.containers ?? []).map(({ id }) => ({ id, container: null }));
    const connected = { ...local, view };
    return view.length > 0 || local.cached !== null ? queued(connected) : connected;
  };

  const movesOfPass = async (state: KeyState, controller: number, local: Local): Promise<Move[]> => {
    const { pass } = local;
    if (pass === null) return [];
    const { request, answer } = pass;
    const who = `controller ${controller + 1}`;
    const what = wordsOf(request);
    const to = async (from: KeyState, given: Answer): Promise<KeyState> => {
      const now = from.locals[controller];
      if (now === undefined) throw new Error('no such controller');
      const told = await locals.answer(now, controller, given);
      return withLocal(from, controller, await goneOn(from, controller, told));
    };
    const losses = await Promise.all(
      lossesOf(request).map(async (given): Promise<Move> => {
        const after = await to(state, pool.intern(given));
        const isLate = setting.lateArrivals && answer === null && 'send' in request;
        const late = isLate ? [{ node: nodeOf(controller), request }] : [];
        const label = `${who} hears nothing of its ${what} (${given.kind})`;
        return { label, uses: 'lost', to: { ...after, astray: [...after.astray, ...late] }, effect: null };
      }),
    );
    if ('ask' in request) {
      const given = read(state, nodeOf(controller), request);
      return [
        { label: `${who} reads: ${what}`, uses: null, to: await to(state, pool.intern(given)), effect: null },
        ...losses,
      ];
    }
    if (answer !== null) {
      return [
        { label: `${who} is told the outcome of its ${what}`, uses: null, to: await to(state, answer), effect: null },
        ...losses,
      ];
    }
    const after = applied(state, nodeOf(controller), request);
    const now = after.state.locals[controller];
    if (now?.pass == null) throw new Error('a pass cannot end by its own request');
    const waits = withLocal(after.state, controller, { ...now, pass: { ...now.pass, answer: after.answer } });
    return [
      { label: `${what} of ${who} takes effect`, uses: null, to: waits, effect: { request, before: state } },
      ...losses,
    ];
  };

  const movesOfController = async (state: KeyState, controller: number, local: Local): Promise<Move[]> => {
    const who = `controller ${controller + 1}`;
    const moves = await movesOfPass(state, controller, local);
    const add = (label: string, next: Local): void => {
      moves.push({ label: `${who} ${label}`, uses: null, to: withLocal(state, controller, next), effect: null });
    };
    if (!local.serving) return moves;
    if (!local.listed) add('lists the sessions', listedSessions(state, controller, local));
    if (!isConnected(local)) add('lists the containers', listedContainers(state, controller, local));
    if (local.watch.length > 0) add('hears of the session', locals.deliverWatchEvent(local));
    if (local.hints.length > 0) {
      add(`hears of a container (${local.hints[0]?.action})`, await locals.deliverHint(local, controller));
    }
    if (local.queued && local.pass === null && local.listed && isConnected(local)) {
      const begun = await locals.beginLook(local, controller);
      add('begins to look', await goneOn(state, controller, begun));
    }
    if (local.waiting && local.pass === null) add('has waited long enough', locals.waitIsOver(local));
    return moves;
  };

  const wishes = (state: KeyState): Move[] => {
    const wish = (label: string, uses: Budget, next: Stored, more: Partial<KeyState> = {}): Move => ({
      label: `the user ${label}`,
      uses,
      to: { ...withObject(state, next), ...more },
      effect: null,
    });
    const { object, incarnations } = state;
    if (object !== null) {
      return object.meta.deletionMs === null
        ? [wish('deletes the session', 'delete', changed(state, withDeletion))]
        : [];
    }
    const again = createdSession(setting, incarnations + 1, state.revision);
    return [wish('makes it again under the same name', 'recreate', again, { incarnations: incarnations + 1 })];
  };

  const lateArrivals = (state: KeyState): Move[] =>
    state.astray.flatMap(({ node, request }, index): Move[] => {
      const rest = { ...state, astray: state.astray.filter((_, other) => other !== index) };
      const label = `${wordsOf(request)} of somebody who does not wait any more`;
      return [
        {
          label: `${label} takes effect`,
          uses: null,
          to: applied(rest, node, request).state,
          effect: { request, before: state },
        },
        { label: `${label} never arrives`, uses: null, to: rest, effect: null },
      ];
    });

  /** The list of every 30 s, where nothing else is left to happen: it must find nothing to do, or mend it. */
  const resyncs = async (state: KeyState): Promise<Move[]> => {
    const moves = state.locals.map(async (local, controller): Promise<Move[]> => {
      if (!local.serving) return [];
      const containers = state.engines[nodeOf(controller)]?.containers ?? [];
      const list: ContainerSummary[] = containers.map(({ id, state: now, createdMs, spec }) => ({
        id,
        state: now,
        createdMs,
        uid: spec.identity.uid,
        namespace: NAMESPACE,
        name: NAME,
      }));
      const view = await passes.viewAfter(local.view ?? [], pool.intern({ list }));
      const mine = state.object !== null && isOfNode(state.object, nodeName(controller)) ? state.object : null;
      const next = { ...local, view, cached: mine };
      const deserves = mine !== null || local.cached !== null || list.length > 0;
      if (!deserves) return [];
      const to = withLocal(state, controller, queued(next));
      return [
        { label: `controller ${controller + 1} lists everything anew`, uses: null, to, effect: null, isResync: true },
      ];
    });
    return (await Promise.all(moves)).flat();
  };

  /** What is under way and has not taken effect yet. */
  const sentBy = (state: KeyState, controller: number): KeyState['astray'] => {
    const pass = state.locals[controller]?.pass ?? null;
    if (!setting.lateArrivals || pass === null || pass.answer !== null || 'ask' in pass.request) return [];
    return [{ node: nodeOf(controller), request: pass.request }];
  };

  return {
    async movesOf(state) {
      const own = await Promise.all(
        state.locals.map((local, controller) => movesOfController(state, controller, local)),
      );
      const free = [...own.flat(), ...lateArrivals(state)];
      const still = free.every(({ uses }) => uses !== null);
      return [...free, ...wishes(state), ...(still ? await resyncs(state) : [])];
    },
    crashed(state, controller) {
      return withLocal({ ...state, astray: [...state.astray, ...sentBy(state, controller)] }, controller, IDLE);
    },
    async lostLease(state, controller) {
      const local = state.locals[controller] ?? IDLE;
      const astray = [...state.astray, ...sentBy(state, controller)];
      return withLocal({ ...state, astray }, controller, await locals.stopServing(local, controller));
    },
    tookLease(state, controller) {
      const { memory, grants } = state.locals[controller] ?? IDLE;
      const fresh: Local = { ...IDLE, memory, grants, serving: true };
      if (setting.grain === 'fine') return withLocal(state, controller, fresh);
      const listed = listedSessions(state, controller, fresh);
      return withLocal(state, controller, listedContainers(state, controller, listed));
    },
  };
}

function read(state: KeyState, node: number, request: Extract<Request, { ask: unknown }>): Answer {
  if (request.ask === 'session') return { ok: true, value: state.object };
  const engine = state.engines[node];
  if (engine === undefined) throw new Error(`node ${node} has no engine`);
  return inspected(engine, request.target);
}
