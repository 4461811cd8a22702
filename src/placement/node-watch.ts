// Which nodes are alive: a controller that keeps renewing its lease. Renewals are compared for change only, and their age is
// measured by our own monotonic clock, because clocks of other machines are not to be trusted.

import { NODE_LEASE_PREFIX } from '../model/names.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LeaseStore } from '../ports/nodes.ts';

const LOOK_EVERY_MS = 2_000;

interface Heartbeat {
  readonly mark: string;
  readonly sinceMs: number;
  readonly durationMs: number;
  readonly released: boolean;
}

export function createNodeWatch(options: { readonly leases: LeaseStore; readonly clock: Clock; readonly log: Log }) {
  const { leases, clock, log } = options;
  let heartbeats: ReadonlyMap<string, Heartbeat> | null = null;
  let pause = new AbortController();

  const look = async (signal: AbortSignal): Promise<void> => {
    const records = await leases.list(NODE_LEASE_PREFIX, signal);
    const nowMs = clock.monotonicMs();
    heartbeats = new Map(
      [...records].map(([name, record]): [string, Heartbeat] => {
        const before = heartbeats?.get(name);
        const mark = `${record.holder} ${record.renewTime}`;
        const sinceMs = before?.mark === mark ? before.sinceMs : nowMs;
        return [name, { mark, sinceMs, durationMs: record.durationSeconds * 1000, released: record.holder === '' }];
      }),
    );
  };

  return {
    get synced() {
      return heartbeats !== null;
    },
    /** A lease that was just seen for the first time counts as alive until its duration has passed without a renewal. */
    alive(nodeName: string): boolean {
      const beat = heartbeats?.get(`${NODE_LEASE_PREFIX}${nodeName}`);
      if (beat === undefined || beat.released) return false;
      return clock.monotonicMs() - beat.sinceMs < beat.durationMs;
    },
    /** A node changed: its lease may be new too. */
    lookNow(): void {
      pause.abort();
    },
    /** Looks every two seconds until `signal` aborts; `onChange` when a node came or went. */
    async run(onChange: () => void, signal: AbortSignal): Promise<void> {
      let before = '';
      while (!signal.aborted) {
        try {
          await look(signal);
          const now = [...(heartbeats ?? [])].map(([name, { released }]) => `${name} ${released}`).join();
          if (now !== before) onChange();
          before = now;
        } catch (thrown) {
          if (!signal.aborted) log.warn('node leases not read', { error: String(thrown) });
        }
        pause = new AbortController();
        await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, pause.signal])).catch(() => {}); // stopped, or asked to look now
      }
    },
  };
}
