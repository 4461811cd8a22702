// Whether everything comes to a good end once no more faults happen: from every state a state can be reached in which nothing is left to
// happen, the invariants hold, and what looks again finds nothing to write. Without faults two sessions do not touch each other, so each
// is asked about alone.

import type { Edge, Graph } from './graph.ts';
import { brokenAtRest } from './invariants.ts';
import type { Setting } from './model.ts';

export interface Wrong {
  readonly what: string;
  /** What leads from the state that was asked about to where it stays. */
  readonly last: readonly string[];
}

export interface Liveness {
  /** null when all is well. `taking`: controllers that have to take their lease first. */
  wrongWith(node: number, taking: readonly number[]): Promise<Wrong | null>;
  /** Whether `wrongWith` has found nothing wrong here before. */
  isKnownGood(node: number, taking: readonly number[]): boolean;
}

export function createLiveness(graph: Graph, setting: Setting): Liveness {
  const verdicts = new Map<number, Wrong | null>();

  const freeEdges = async (node: number): Promise<readonly Edge[]> =>
    (graph.edges(node) ?? (await graph.expand(node))).filter(({ uses }) => uses === null);

  /** All that can follow without faults. */
  const reach = async (from: number): Promise<ReadonlyMap<number, readonly Edge[]>> => {
    const open = [from];
    const found = new Map<number, readonly Edge[]>();
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (found.has(node)) continue;
      const edges = await freeEdges(node);
      found.set(node, edges);
      for (const { to } of edges) if (!found.has(to)) open.push(to);
    }
    return found;
  };

  const isStill = (edges: readonly Edge[]): boolean => edges.every(({ isResync }) => isResync);

  const wrongAtRest = async (node: number): Promise<string | null> => {
    const { state } = graph.nodes[node] ?? {};
    const broken = state === undefined ? 'there is no such state' : brokenAtRest(state, setting);
    if (broken !== null) return broken;
    for (const edges of (await reach(node)).values()) {
      const writes = edges.find(({ hasEffect }) => hasEffect);
      if (writes !== undefined) return `I4: at rest, and then: ${writes.label}`;
    }
    return null;
  };

  /** Judges everything that can be reached from here at once. */
  const judge = async (from: number): Promise<void> => {
    const all = await reach(from);
    const before = new Map<number, number[]>();
    for (const [node, edges] of all) {
      for (const { to } of edges) {
        const known = before.get(to);
        if (known === undefined) before.set(to, [node]);
        else known.push(node);
      }
    }
    const good: number[] = [];
    let complaint: { readonly node: number; readonly what: string } | null = null;
    for (const [node, edges] of all) {
      if (verdicts.get(node) === null) good.push(node);
      if (verdicts.has(node) || !isStill(edges)) continue;
      const what = await wrongAtRest(node);
      if (what === null) good.push(node);
      else complaint ??= { node, what };
    }
    const fine = new Set<number>();
    for (let node = good.pop(); node !== undefined; node = good.pop()) {
      if (fine.has(node)) continue;
      fine.add(node);
      good.push(...(before.get(node) ?? []));
    }
    const what = complaint?.what ?? 'I4: it never comes to rest';
    for (const node of all.keys()) {
      verdicts.set(node, fine.has(node) ? null : { what, last: await wayFrom(node, complaint?.node ?? node) });
    }
  };

  const wayFrom = async (from: number, to: number): Promise<readonly string[]> => {
    const ways = new Map<number, readonly string[]>([[from, []]]);
    const open = [from];
    for (let node = open.shift(); node !== undefined && node !== to; node = open.shift()) {
      for (const edge of await freeEdges(node)) {
        if (ways.has(edge.to)) continue;
        ways.set(edge.to, [...(ways.get(node) ?? []), edge.label]);
        open.push(edge.to);
      }
    }
    return (ways.get(to) ?? []).map((label) => `then: ${label}`);
  };

  return {
    isKnownGood(node, taking) {
      let at: number | null = node;
      for (const controller of taking) at = at === null ? null : graph.known(at, 'take', controller);
      return at !== null && verdicts.get(at) === null;
    },
    async wrongWith(node, taking) {
      let at = node;
      for (const controller of taking) at = await graph.after(at, 'take', controller);
      if (!verdicts.has(at)) await judge(at);
      return verdicts.get(at) ?? null;
    },
  };
}
