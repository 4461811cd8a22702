// The controller processes and what is left of faults and wishes, as numbers. Pure.

import { canonicalJson } from '../../../src/lib/canonical-json.ts';
import type { ProcessEvent } from './graph.ts';
import type { Budget, Processes, Setting } from './model.ts';

export interface ProcessMove {
  readonly label: string;
  readonly to: number;
  /** What happens to every session of that controller; null for nothing. */
  readonly event: { readonly is: ProcessEvent; readonly controller: number } | null;
}

export interface ProcessTable {
  readonly start: number;
  at(index: number): Processes;
  /** null when nothing of it is left. */
  spend(index: number, budget: Budget): number | null;
  moves(index: number): readonly ProcessMove[];
  /** Controllers that have to take their lease so that every node is served. */
  unserved(index: number): readonly number[];
}

export function createProcessTable(setting: Setting): ProcessTable {
  const all: Processes[] = [];
  const byText = new Map<string, number>();
  const moves = new Map<number, readonly ProcessMove[]>();
  const spent = new Map<string, number | null>();
  const unserved = new Map<number, readonly number[]>();
  const add = (processes: Processes): number => {
    const text = canonicalJson(processes);
    const known = byText.get(text) ?? all.push(processes) - 1;
    byText.set(text, known);
    return known;
  };
  const at = (index: number): Processes => {
    const found = all[index];
    if (found === undefined) throw new Error(`there is no state ${index} of the processes`);
    return found;
  };
  const less = (processes: Processes, budget: Budget): Processes => ({
    ...processes,
    left: { ...processes.left, [budget]: processes.left[budget] - 1 },
  });
  const withState = (processes: Processes, controller: number, state: Processes['states'][number]): Processes => ({
    ...processes,
    states: processes.states.map((known, index) => (index === controller ? state : known)),
  });
  const isServed = ({ states }: Processes, node: number): boolean =>
    states.some((state, controller) => state === 'serving' && setting.nodeOf[controller] === node);

  const movesOf = (processes: Processes): readonly ProcessMove[] =>
    processes.states.flatMap((state, controller): ProcessMove[] => {
      const who = `controller ${controller + 1}`;
      if (state === 'down') {
        return [{ label: `${who} starts again`, to: add(withState(processes, controller, 'standby')), event: null }];
      }
      const found: ProcessMove[] = [];
      const { left } = processes;
      if (left.crash > 0) {
        const to = add(withState(less(processes, 'crash'), controller, 'down'));
        found.push({ label: `${who} is killed`, to, event: { is: 'crash', controller } });
      }
      if (state === 'serving' && left.takeover > 0) {
        const to = add(withState(less(processes, 'takeover'), controller, 'standby'));
        found.push({ label: `${who} loses its lease`, to, event: { is: 'lose', controller } });
      }
      if (state === 'standby' && !isServed(processes, setting.nodeOf[controller] ?? 0)) {
        const to = add(withState(processes, controller, 'serving'));
        found.push({ label: `${who} takes the lease`, to, event: { is: 'take', controller } });
      }
      return found;
    });

  const unservedIn = (processes: Processes): readonly number[] =>
    setting.nodes.flatMap((_, node) => {
      const first = setting.nodeOf.indexOf(node);
      return isServed(processes, node) || first < 0 ? [] : [first];
    });

  // The first controller of each node was the first to take the lease: were it the other one, it would have the other's name.
  const states = setting.nodeOf.map((node, controller) =>
    setting.nodeOf.indexOf(node) === controller ? 'serving' : 'standby',
  );

  return {
    start: add({ states, left: setting.budgets }),
    at,
    spend(index, budget) {
      const name = `${index} ${budget}`;
      const known = spent.get(name);
      if (known !== undefined) return known;
      const processes = at(index);
      const to = processes.left[budget] > 0 ? add(less(processes, budget)) : null;
      spent.set(name, to);
      return to;
    },
    moves(index) {
      const known = moves.get(index) ?? movesOf(at(index));
      moves.set(index, known);
      return known;
    },
    unserved(index) {
      const known = unserved.get(index) ?? unservedIn(at(index));
      unserved.set(index, known);
      return known;
    },
  };
}
