// Visits every state of the small world, breadth first, so that what leads to a broken invariant is shown by a shortest path.

import { createGraph, type Graph } from './graph.ts';
import { createLiveness, type Liveness } from './liveness.ts';
import { IDLE, type KeyState, type Setting } from './model.ts';
import { createdSession } from './objects.ts';
import { createPassRunner } from './pass.ts';
import { createPool } from './pool.ts';
import { createProcessTable, type ProcessTable } from './processes.ts';
import { createSteps, type Steps } from './steps.ts';
import { type Found, NO_PARENT, type Pack, packing, Visited } from './visited.ts';

export interface Exploration {
  readonly setting: string;
  readonly states: number;
  readonly transitions: number;
  /** Actions from the start to the state that is farthest from it. */
  readonly depth: number;
  /** States of one session name alone; all of them are pairs of these. */
  readonly sessionStates: number;
  /** Passes of the real reconcile() that were run. */
  readonly passes: number;
  readonly seconds: number;
  /** False when it was stopped by its bounds: then nothing is said about what was not seen. */
  readonly finished: boolean;
  /** The first one, with all actions of a shortest path from the start; null for none. */
  readonly violation: { readonly what: string; readonly path: readonly string[] } | null;
}

export interface Bounds {
  readonly maxStates: number;
  readonly maxMs: number;
}

interface Suspicion {
  readonly index: number;
  readonly what: string;
  readonly last: readonly string[];
}

export async function explore(setting: Setting, bounds: Bounds): Promise<Exploration> {
  const startedMs = performance.now();
  const pool = createPool();
  const passes = createPassRunner(setting, pool);
  const graph = createGraph(setting, passes, pool);
  const processes = createProcessTable(setting);
  const visited = new Visited();
  const pack = packing(setting.symmetric && setting.sessions === 2);
  const steps = createSteps({ graph, processes, sessions: setting.sessions, pack });
  const first = await served(graph, setting);
  visited.add(pack(first, first, processes.start), NO_PARENT);
  const search = await visitAll({ steps, visited, isOver: () => performance.now() - startedMs > bounds.maxMs, bounds });
  const liveness = createLiveness(graph, setting);
  const found =
    search.found ?? (search.finished ? await lookForUnrest({ visited, processes, liveness, setting }) : null);
  const path = found === null ? [] : await pathTo({ steps, visited, pack }, found.index);
  return {
    setting: setting.name,
    states: visited.size,
    transitions: search.transitions,
    depth: visited.depthOf(visited.size - 1),
    sessionStates: graph.nodes.length,
    passes: passes.runs,
    seconds: Math.round(performance.now() - startedMs) / 1000,
    finished: search.finished,
    violation: found === null ? null : { what: found.what, path: [...path, ...found.last] },
  };
}

const TIME_CHECK_EVERY = 1024;

async function visitAll(input: {
  readonly steps: Steps;
  readonly visited: Visited;
  readonly bounds: Bounds;
  readonly isOver: () => boolean;
}): Promise<{ readonly transitions: number; readonly finished: boolean; readonly found: Suspicion | null }> {
  const { steps, visited, bounds, isOver } = input;
  let transitions = 0;
  let index = 0;
  const onNext = (state: number): void => {
    transitions += 1;
    visited.add(state, index);
  };
  for (; index < visited.size; index += 1) {
    if (visited.size > bounds.maxStates || (index % TIME_CHECK_EVERY === 0 && isOver())) {
      return { transitions, finished: false, found: null };
    }
    const from = visited.at(index);
    const answer = steps.visit(from, onNext);
    const isBroken = typeof answer === 'boolean' ? answer : await answer;
    if (!isBroken) continue;
    const step = (await steps.told(from)).find(({ broken }) => broken !== null);
    if (step?.broken != null)
      return { transitions, finished: true, found: { index, what: step.broken, last: [step.label] } };
  }
  return { transitions, finished: true, found: null };
}

/** The first state from which all does not come to a good end. */
async function lookForUnrest(input: {
  readonly visited: Visited;
  readonly processes: ProcessTable;
  readonly liveness: Liveness;
  readonly setting: Setting;
}): Promise<Suspicion | null> {
  const { visited, processes, liveness, setting } = input;
  for (let index = 0; index < visited.size; index += 1) {
    const { first, second, process } = visited.at(index);
    const taking = processes.unserved(process);
    for (const key of setting.sessions === 1 ? [first] : [first, second]) {
      if (liveness.isKnownGood(key, taking)) continue;
      const wrong = await liveness.wrongWith(key, taking);
      if (wrong !== null) return { index, ...wrong };
    }
  }
  return null;
}

/** Forward from the start, so that each session keeps its name on the way. */
async function pathTo(
  { steps, visited, pack }: { readonly steps: Steps; readonly visited: Visited; readonly pack: Pack },
  index: number,
): Promise<readonly string[]> {
  const way: number[] = [];
  for (let at = index; at !== NO_PARENT; at = visited.parentOf(at)) way.push(at);
  const path: string[] = [];
  const number = ({ first, second, process }: Found): number => pack(first, second, process);
  let from = visited.at(way.pop() ?? 0);
  for (const next of way.toReversed()) {
    const wanted = number(visited.at(next));
    const step = (await steps.told(from)).find(({ to }) => number(to) === wanted);
    if (step === undefined) throw new Error('the path to this state cannot be told again');
    path.push(step.label);
    from = step.to;
  }
  return path;
}

/** Each node has its controller, and nothing else has happened yet. */
async function served(graph: Graph, setting: Setting): Promise<number> {
  let state = graph.add(startOf(setting));
  for (const [node] of setting.nodes.entries()) state = await graph.after(state, 'take', setting.nodeOf.indexOf(node));
  return state;
}

function startOf(setting: Setting): KeyState {
  return {
    ...createdSession(setting, 1, 0),
    incarnations: 1,
    engines: setting.nodes.map(() => ({ containers: [], made: 0 })),
    locals: setting.nodeOf.map(() => IDLE),
    astray: [],
  };
}
