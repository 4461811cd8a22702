// Looks at the leases of the nodes and keeps what plan/node-life.ts makes of them, by our own monotonic clock.

import { NODE_LEASE_PREFIX } from '../model/names.ts';
import { type Heartbeat, type LeaseSeen, lifeOf, type NodeLife, noteHeartbeats } from '../plan/node-life.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LeaseStore } from '../ports/nodes.ts';

const LOOK_EVERY_MS = 2_000;
/** Nothing is decided by heartbeats that are older: the API server is away, or this process was frozen. */
const FRESH_MS = 10_000;

export interface NodeWatchOptions {
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Nodes that matter whether they have a lease or not: those with an McpNode, and those with sessions. */
  readonly nodeNames: () => Iterable<string>;
}

export type NodeWatch = ReturnType<typeof createNodeWatch>;

export function createNodeWatch(options: NodeWatchOptions) {
  const { leases, clock, log } = options;
  let beats: ReadonlyMap<string, Heartbeat> | null = null;
  let lookedMs: number | null = null;
  let pause = new AbortController();

  const look = async (signal: AbortSignal): Promise<ReadonlyMap<string, NodeLife>> => {
    const records = await leases.list(NODE_LEASE_PREFIX, signal);
    const seen = new Map<string, LeaseSeen>([...options.nodeNames()].map((name) => [name, null]));
    for (const [name, record] of records) seen.set(name.slice(NODE_LEASE_PREFIX.length), record);
    const nowMs = clock.monotonicMs();
    const before = beats ?? new Map<string, Heartbeat>();
    const changed = new Map<string, NodeLife>();
    const after = noteHeartbeats({ before, seen, sinceMs: lookedMs === null ? null : nowMs - lookedMs });
    for (const [name, beat] of after) {
      const life = lifeOf(beat);
      if (life !== lifeOf(before.get(name) ?? null)) changed.set(name, life);
    }
    beats = after;
    lookedMs = nowMs;
    return changed;
  };

  return {
    isSynced: (): boolean => beats !== null,
    /** Whether what is known of the nodes is of this moment. */
    isFresh: (): boolean => lookedMs !== null && clock.monotonicMs() - lookedMs < FRESH_MS,
    life: (nodeName: string): NodeLife => lifeOf(beats?.get(nodeName) ?? null),
    /** A node changed: its lease may be new too. */
    lookNow(): void {
      pause.abort();
    },
    /** Looks every two seconds until `signal` aborts; `onChange` with the nodes whose life is another one. */
    async run(onChange: (lives: ReadonlyMap<string, NodeLife>) => void, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        try {
          const changed = await look(signal);
          if (changed.size > 0) onChange(changed);
        } catch (thrown) {
          if (!signal.aborted) log.warn('node leases not read', { error: String(thrown) });
        }
        pause = new AbortController();
        await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, pause.signal])).catch(() => {}); // stopped, or asked to look now
      }
    },
  };
}
