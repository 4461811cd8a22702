// What can follow a state of the whole world: something happens to one of the sessions, or to a process and so to both. Numbers only:
// this is the innermost loop. The words are found again for the one path that is shown.

import type { Edge, Graph, ProcessEvent } from './graph.ts';
import { BUDGETS } from './model.ts';
import type { ProcessTable } from './processes.ts';
import type { Found, Pack } from './visited.ts';

/** The edges of one session state, as the loop wants them. */
interface Flat {
  readonly to: Int32Array;
  /** Index into BUDGETS; -1 for nothing. */
  readonly uses: Int8Array;
  readonly isBroken: boolean;
}

export interface Step {
  readonly to: Found;
  readonly label: string;
  readonly broken: string | null;
}

export interface Steps {
  /** Calls back for each state that follows; true when one of the actions breaks an invariant. */
  visit(from: Found, onNext: (state: number) => void): boolean | Promise<boolean>;
  /** The same with words. */
  told(from: Found): Promise<readonly Step[]>;
}

const SESSION_NAMES = ['session a', 'session b'] as const;

export function createSteps(input: {
  readonly graph: Graph;
  readonly processes: ProcessTable;
  readonly sessions: 1 | 2;
  readonly pack: Pack;
}): Steps {
  const { graph, processes, sessions, pack } = input;
  const flats: (Flat | undefined)[] = [];
  const spends: (number | undefined)[] = [];

  const brokenAt = (edge: Edge): string | null => edge.broken ?? graph.nodes[edge.to]?.broken ?? null;

  const flatten = async (node: number): Promise<Flat> => {
    const edges = graph.edges(node) ?? (await graph.expand(node));
    const flat: Flat = {
      to: Int32Array.from(edges, ({ to }) => to),
      uses: Int8Array.from(edges, ({ uses }) => (uses === null ? -1 : BUDGETS.indexOf(uses))),
      isBroken: edges.some((edge) => brokenAt(edge) !== null),
    };
    flats[node] = flat;
    return flat;
  };

  const spend = (process: number, budget: number): number => {
    const place = process * BUDGETS.length + budget;
    const known = spends[place];
    if (known !== undefined) return known;
    const name = BUDGETS[budget];
    const next = name === undefined ? null : processes.spend(process, name);
    spends[place] = next ?? -1;
    return next ?? -1;
  };

  const visitSide = (flat: Flat, from: Found, onNext: (key: number, process: number) => void): boolean => {
    const { to, uses } = flat;
    for (let edge = 0; edge < to.length; edge += 1) {
      const budget = uses[edge] ?? -1;
      const process = budget < 0 ? from.process : spend(from.process, budget);
      if (process >= 0) onNext(to[edge] ?? 0, process);
    }
    return flat.isBroken;
  };

  const after = (node: number, is: ProcessEvent, controller: number): number | Promise<number> =>
    graph.known(node, is, controller) ?? graph.after(node, is, controller);

  const prepare = async (from: Found): Promise<void> => {
    if (flats[from.first] === undefined) await flatten(from.first);
    if (flats[from.second] === undefined) await flatten(from.second);
    for (const { event } of processes.moves(from.process)) {
      if (event === null) continue;
      await after(from.first, event.is, event.controller);
      await after(from.second, event.is, event.controller);
    }
  };

  const visitNow = (from: Found, onNext: (state: number) => void): boolean | null => {
    const left = flats[from.first];
    const right = flats[from.second];
    if (left === undefined || right === undefined) return null;
    const moves = processes.moves(from.process);
    for (const { event } of moves) {
      if (event === null) continue;
      if (graph.known(from.first, event.is, event.controller) === null) return null;
      if (graph.known(from.second, event.is, event.controller) === null) return null;
    }
    let isBroken = visitSide(left, from, (key, process) => onNext(pack(key, from.second, process)));
    if (sessions === 2) {
      isBroken = visitSide(right, from, (key, process) => onNext(pack(from.first, key, process))) || isBroken;
    }
    for (const { to, event } of moves) {
      const first = event === null ? from.first : (graph.known(from.first, event.is, event.controller) ?? 0);
      const second =
        event === null || sessions === 1 ? from.second : (graph.known(from.second, event.is, event.controller) ?? 0);
      onNext(pack(first, second, to));
    }
    return isBroken;
  };

  return {
    visit(from, onNext) {
      const done = visitNow(from, onNext);
      if (done !== null) return done;
      return prepare(from).then(() => visitNow(from, onNext) === true);
    },
    async told(from) {
      await prepare(from);
      const steps: Step[] = [];
      for (const side of [0, 1].slice(0, sessions)) {
        const edges = graph.edges(side === 0 ? from.first : from.second) ?? [];
        for (const edge of edges) {
          const process = edge.uses === null ? from.process : processes.spend(from.process, edge.uses);
          if (process === null) continue;
          const to = side === 0 ? { ...from, first: edge.to, process } : { ...from, second: edge.to, process };
          const label = sessions === 1 ? edge.label : `${SESSION_NAMES[side]}: ${edge.label}`;
          steps.push({ to, label, broken: brokenAt(edge) });
        }
      }
      for (const { label, to, event } of processes.moves(from.process)) {
        const first = event === null ? from.first : await after(from.first, event.is, event.controller);
        const second =
          event === null || sessions === 1 ? from.second : await after(from.second, event.is, event.controller);
        steps.push({ to: { first, second, process: to }, label, broken: null });
      }
      return steps;
    },
  };
}
