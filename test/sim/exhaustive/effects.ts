// What a request does to the world of one session, and who hears of it.

import type { Pool } from './pool.ts';
import { tidied } from './cached.ts';
import { applyToEngine } from './engine.ts';
import type { Answer, KeyState, Local, Mutation, Setting } from './model.ts';
import { applyToObject, type Stored, watchEventOf } from './objects.ts';

export interface Effects {
  readonly nodeOf: (controller: number) => number;
  readonly nodeName: (controller: number) => string;
  readonly withLocal: (state: KeyState, controller: number, local: Local) => KeyState;
  /** The new object, told to every watch that is open. */
  readonly withObject: (state: KeyState, next: Stored) => KeyState;
  readonly applied: (
    state: KeyState,
    node: number,
    request: Mutation,
  ) => { readonly state: KeyState; readonly answer: Answer };
}

/** While a look goes on the view is part of it. */
export const isConnected = (local: Local): boolean => local.view !== null || local.pass !== null;

export function createEffects(setting: Setting, pool: Pool): Effects {
  const nodeOf = (controller: number): number => setting.nodeOf[controller] ?? 0;
  const nodeName = (controller: number): string => setting.nodes[nodeOf(controller)]?.nodeName ?? '';

  const withLocal = (state: KeyState, controller: number, local: Local): KeyState => ({
    ...state,
    locals: state.locals.map((known, index) => (index === controller ? local : known)),
  });

  /** The new object, told to every watch that is open. */
  const withObject = (state: KeyState, next: Stored): KeyState => ({
    ...state,
    object: next.object === null ? null : pool.intern(next.object),
    revision: next.revision,
    locals: state.locals.map((local, controller) => {
      if (!local.listed || next.revision === state.revision) return local;
      const event = watchEventOf(state.object, next, nodeName(controller));
      return event === null ? local : tidied({ ...local, watch: [...local.watch, pool.intern(event)] });
    }),
  });

  const applied = (
    state: KeyState,
    node: number,
    request: Mutation,
  ): { readonly state: KeyState; readonly answer: Answer } => {
    if (request.send === 'status' || request.send === 'finalizer' || request.send === 'delete') {
      const { stored, answer } = applyToObject(state, request);
      return { state: withObject(state, stored), answer: pool.intern(answer) };
    }
    const engine = state.engines[node];
    if (engine === undefined) throw new Error(`node ${node} has no engine`);
    const after = applyToEngine(engine, request, node);
    const { event } = after;
    const hear = (local: Local, index: number): Local =>
      nodeOf(index) === node && local.serving && isConnected(local) && event !== null
        ? { ...local, hints: [...local.hints, pool.intern(event)] }
        : local;
    const engines = state.engines.map((known, index) => (index === node ? pool.intern(after.engine) : known));
    return { state: { ...state, engines, locals: state.locals.map(hear) }, answer: pool.intern(after.answer) };
  };

  return { nodeOf, nodeName, withLocal, withObject, applied };
}
