// The McpNode objects, watched: placement looks at all of them for every session it places.

import type { McpNode } from '../model/node.ts';
import { NODES } from './api-paths.ts';
import { parseNode } from './parse-node.ts';
import { type CacheOptions, createReflector } from './reflector.ts';

export interface NodeCache {
  /** Runs until `signal` aborts. `onChange` gets the name of every node that appeared, changed, left or was re-listed. */
  run(onChange: (name: string) => void, signal: AbortSignal): Promise<void>;
  isSynced(): boolean;
  whenSynced(signal: AbortSignal): Promise<void>;
  /** Throws `unavailable` before the first complete list; so does `all`. */
  cached(name: string): McpNode | null;
  all(): Iterable<McpNode>;
  lastSeenMs(): number;
}

export function createNodeCache(options: CacheOptions): NodeCache {
  const reflector = createReflector<McpNode>({ ...options, resource: NODES, namespace: null, parse: parseNode });
  return {
    run: (onChange, signal) => reflector.run(onChange, signal),
    isSynced: () => reflector.isSynced(),
    whenSynced: (signal) => reflector.whenSynced(signal),
    cached: (name) => reflector.get(name),
    all: () => reflector.values(),
    lastSeenMs: () => reflector.lastSeenMs(),
  };
}
