// The states of one session name as numbers, and what can follow each: computed once, when somebody asks. Two sessions share it.

import { assertNever } from '../../../src/lib/assert-never.ts';
import { brokenBy, brokenIn } from './invariants.ts';
import { createKeyMoves, type Effect } from './key-moves.ts';
import { type Budget, type KeyState, type Local, type Setting, shortId } from './model.ts';
import type { PassRunner } from './pass.ts';
import type { Pool } from './pool.ts';

export interface Edge {
  readonly to: number;
  readonly uses: Budget | null;
  readonly label: string;
  readonly hasEffect: boolean;
  readonly isResync: boolean;
  /** An invariant that the action itself breaks. */
  readonly broken: string | null;
}

export interface Node {
  readonly state: KeyState;
  readonly broken: string | null;
  edges: readonly Edge[] | null;
  /** After what happened to a process: by `eventPlace`. */
  readonly afterEvent: number[];
}

export const PROCESS_EVENTS = ['crash', 'lose', 'take'] as const;
export type ProcessEvent = (typeof PROCESS_EVENTS)[number];

const eventPlace = (event: ProcessEvent, controller: number): number =>
  controller * PROCESS_EVENTS.length + PROCESS_EVENTS.indexOf(event);
const UNKNOWN = -1;

export interface Graph {
  readonly nodes: readonly Node[];
  add(state: KeyState): number;
  /** Only what was computed already; null: ask `expand`. */
  edges(node: number): readonly Edge[] | null;
  expand(node: number): Promise<readonly Edge[]>;
  /** What `after` has answered before; null: ask it. */
  known(node: number, event: ProcessEvent, controller: number): number | null;
  after(node: number, event: ProcessEvent, controller: number): Promise<number>;
}

export function createGraph(setting: Setting, passes: PassRunner, pool: Pool): Graph {
  const moves = createKeyMoves(setting, passes, pool);
  const nodes: Node[] = [];
  const byKey = new Map<string, number>();

  const add = (state: KeyState): number => {
    const key = keyOf(state, pool);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const index = nodes.push({ state, broken: brokenIn(state, setting), edges: null, afterEvent: [] }) - 1;
    byKey.set(key, index);
    return index;
  };
  const nodeAt = (index: number): Node => {
    const node = nodes[index];
    if (node === undefined) throw new Error(`there is no state ${index}`);
    return node;
  };
  const stateAfter = (state: KeyState, event: ProcessEvent, controller: number): KeyState | Promise<KeyState> => {
    switch (event) {
      case 'crash':
        return moves.crashed(state, controller);
      case 'lose':
        return moves.lostLease(state, controller);
      case 'take':
        return moves.tookLease(state, controller);
      default:
        return assertNever(event);
    }
  };
  const brokenAction = (effect: Effect | null) => (effect === null ? null : brokenBy(effect, setting));

  return {
    nodes,
    add,
    edges: (index) => nodeAt(index).edges,
    async expand(index) {
      const node = nodeAt(index);
      const found = await moves.movesOf(node.state);
      const edges = found.map(({ to, uses, label, effect, isResync = false }): Edge => {
        return { to: add(to), uses, label, hasEffect: effect !== null, isResync, broken: brokenAction(effect) };
      });
      node.edges = edges;
      return edges;
    },
    known(index, event, controller) {
      const found = nodes[index]?.afterEvent[eventPlace(event, controller)];
      return found === undefined || found === UNKNOWN ? null : found;
    },
    async after(index, event, controller) {
      const { state, afterEvent } = nodeAt(index);
      const place = eventPlace(event, controller);
      const known = afterEvent[place] ?? UNKNOWN;
      if (known !== UNKNOWN) return known;
      while (afterEvent.length < place) afterEvent.push(UNKNOWN); // without holes
      const to = add(await stateAfter(state, event, controller));
      afterEvent[place] = to;
      return to;
    },
  };
}

function keyOf(state: KeyState, pool: Pool): string {
  const { object, revision, incarnations, engines, locals, astray } = state;
  return [
    pool.idOf(object),
    revision,
    incarnations,
    engines.map((engine) => pool.idOf(engine)).join('.'),
    locals.map((local) => localKey(local, pool)).join('|'),
    astray
      .map((one) => pool.idOf(one))
      .sort((left, right) => left - right)
      .join('.'),
  ].join('/');
}

function localKey(local: Local, pool: Pool): string {
  const { serving, listed, cached, watch, view, hints, memory, grants, queued, dirty, waiting, pass } = local;
  const flags = [serving, listed, queued, dirty, waiting].map(Number).join('');
  const known = (view ?? [{ id: '-', container: null }]).map(
    ({ id, container }) => `${shortId(id)}:${pool.idOf(container)}`,
  );
  const doing =
    pass === null
      ? ''
      : [
          pool.idOf(pass.start.session),
          pass.start.view.map(({ id, container }) => `${shortId(id)}:${pool.idOf(container)}`).join('.'),
          pool.idOf(pass.start.memory),
          pool.idOf(pass.start.grants),
          pass.log.map((entry) => pool.idOf(entry)).join('.'),
          pool.idOf(pass.answer),
        ].join(';');
  const lists = [watch, hints].map((list) => list.map((item) => pool.idOf(item)).join('.'));
  return [flags, pool.idOf(cached), ...lists, known.join('.'), pool.idOf(memory), pool.idOf(grants), doing].join(',');
}
