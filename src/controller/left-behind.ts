// A node that comes back may still run sessions that placement has given to other nodes meanwhile. Until each of those containers
// was looked at and is gone, nothing new starts here (peers.md 5: the stale copy goes before the node takes new work).

import type { ContainerState } from '../model/container.ts';
import type { McpSession } from '../model/session.ts';
import { type ContainerOnNode, keysToLookAt } from '../plan/sweep.ts';

export interface LeftBehind {
  /** Of the first list of a term: what runs and belongs to no session of the node. */
  begin(containers: readonly ListedContainer[], sessions: Iterable<McpSession>): void;
  /** A look at this key found nothing that has to go. */
  settled(key: string): void;
  count(): number;
}

type ListedContainer = ContainerOnNode & { readonly state: ContainerState };

/** What has ended holds nobody up, even if the engine cannot remove it. */
const ALIVE: ReadonlySet<ContainerState> = new Set(['running', 'paused', 'restarting']);

export function createLeftBehind(onEmpty: () => void): LeftBehind {
  let keys = new Set<string>();
  return {
    begin(containers, sessions) {
      const alive = containers.filter(({ state }) => ALIVE.has(state));
      keys = new Set(keysToLookAt(alive, sessions).orphans);
    },
    settled(key) {
      if (keys.delete(key) && keys.size === 0) onEmpty();
    },
    count: () => keys.size,
  };
}
