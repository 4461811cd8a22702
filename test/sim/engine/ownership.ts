// Whose things on a simulated engine are ours: as for the real adapter, those with labels of this cluster and this node.

import type { NodeFacts } from '../../../src/model/container.ts';

export class Ownership {
  readonly #facts: Pick<NodeFacts, 'cluster' | 'nodeName'>;

  constructor(facts: Pick<NodeFacts, 'cluster' | 'nodeName'>) {
    this.#facts = facts;
  }

  /** `identity` is null for what has no labels of ours. */
  isOurs(identity: { readonly cluster: string; readonly node: string } | null): boolean {
    return identity !== null && identity.cluster === this.#facts.cluster && identity.node === this.#facts.nodeName;
  }
}
