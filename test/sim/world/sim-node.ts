// One node of the simulated world: its engine, its disk, and what is on it that is nobody's business.

import { containerNameOf } from '../../../src/model/names.ts';
import { type EngineObserver, SimEngine } from '../engine/sim-engine.ts';
import type { Held, Link, Trap } from '../kit/call.ts';
import type { Actor } from '../kit/scheduler.ts';
import type { SimProcess } from './processes.ts';
import { factsOfImage, factsOfNode } from './templates.ts';

export interface SimNode {
  readonly name: string;
  readonly engine: SimEngine;
  readonly slots: number;
  readonly released: Set<string>;
  /** The state directory: one process at a time has it. */
  readonly disk: { text: string | null; owner: SimProcess | null };
  /** How often the machine was booted. */
  boots: number;
  /** What arrived while the engine hangs; null while it does not. */
  held: Held[] | null;
  down: boolean;
  linkFor(actor: Actor): Link;
  /** Ids of containers that are nobody's business, and how they were left. */
  readonly sentinels: Map<string, string>;
}

const SENTINEL_UID = '5e47139e-0000-4000-8000-000000000000';

export function newNode(options: {
  readonly name: string;
  readonly slots: number;
  readonly now: () => number;
  readonly observer: EngineObserver;
  readonly newId: () => string;
}): SimNode {
  const { name, slots, now, observer, newId } = options;
  const engine = new SimEngine({ facts: factsOfNode(name), now, observer, newId });
  for (const name of ['local', 'volume'] as const) {
    const { reference, facts } = factsOfImage(name);
    engine.images.set(reference, facts);
  }
  const remote = factsOfImage('remote');
  engine.registry.set(remote.reference, remote.facts);
  const node: SimNode = {
    name,
    engine,
    slots,
    released: new Set(),
    disk: { text: null, owner: null },
    boots: 1,
    held: null,
    down: false,
    linkFor: (actor) => new EngineLink(node, actor),
    sentinels: new Map(),
  };
  for (const container of [
    engine.put('somebody-else', null),
    engine.put(containerNameOf({ uid: SENTINEL_UID, instanceGeneration: 1 }), null),
  ]) {
    engine.run(container);
    node.sentinels.set(container.id, container.state);
  }
  return node;
}

/** A class: a literal with getters would keep its whole world until everything is looked through for garbage (docs/simulation.md). */
class EngineLink implements Link {
  readonly actor: Actor;
  readonly lagging = null;
  trap: Trap | null = null;
  readonly #node: SimNode;

  constructor(node: SimNode, actor: Actor) {
    this.#node = node;
    this.actor = actor;
  }

  get to(): string {
    return `the engine of ${this.#node.name}`;
  }

  get state(): Link['state'] {
    return this.#node.down ? 'refused' : 'up';
  }

  set state(_state: Link['state']) {} // a way that is cut is the API server's alone

  get held(): Held[] | null {
    return this.#node.held;
  }
}

/** What is on the machine, after every process on it has ended. */
export function copyNode(from: SimNode, to: SimNode): void {
  to.engine.copyFrom(from.engine);
  for (const id of from.released) to.released.add(id);
  to.disk.text = from.disk.text;
  to.boots = from.boots;
  to.sentinels.clear();
  for (const [id, state] of from.sentinels) to.sentinels.set(id, state);
}
