// Whether a node is alive, judged by the lease that its controller renews. Renewals are compared for change only, and silence is
// measured between looks that succeeded: an API server that is away, a program that was frozen and clocks that jump say nothing
// about nodes.

import { assertNever } from '../lib/assert-never.ts';

/** A lease as it was read; null for a node that has none. */
export type LeaseSeen = {
  readonly holder: string;
  readonly durationSeconds: number;
  readonly renewTime: string;
} | null;

export interface Heartbeat {
  /** Who renewed, and when by its own clock. */
  readonly mark: string;
  readonly silentMs: number;
  readonly leaseMs: number;
  /** Nobody holds it: the controller has stopped, or never was there. */
  readonly released: boolean;
  /** Renewals still to be seen after a loss, before the node takes new sessions. */
  readonly renewalsOwed: number;
}

/** alive: takes sessions. silent: takes none. lost: its sessions are told so. gone: those that can move do. */
export type NodeLife = 'alive' | 'silent' | 'lost' | 'gone';

/** With the 15 s that a successor of a placement waits for its lease, still less than the 60 s of issue 6. */
export const LOST_AFTER_MS = 35_000;
/** A controller that was restarted, or upgraded, is back by then; 120 s are allowed for a session to run elsewhere. */
export const GONE_AFTER_MS = 60_000;
/** Most that one look can add to a silence. */
const MOST_PER_LOOK_MS = 5_000;
/** Its controller has to remove what moved away meanwhile; and who flaps waits. */
const RENEWALS_AFTER_LOSS = 2;

/** Heartbeats after a look that succeeded. `sinceMs`: since the last such look, by a monotonic clock; null for the first. */
export function noteHeartbeats(input: {
  readonly before: ReadonlyMap<string, Heartbeat>;
  readonly seen: ReadonlyMap<string, LeaseSeen>;
  readonly sinceMs: number | null;
}): ReadonlyMap<string, Heartbeat> {
  const { before, seen, sinceMs } = input;
  const addedMs = Math.min(sinceMs ?? 0, MOST_PER_LOOK_MS);
  return new Map([...seen].map(([name, lease]) => [name, nextBeat(before.get(name) ?? null, lease, addedMs)]));
}

function nextBeat(before: Heartbeat | null, lease: LeaseSeen, addedMs: number): Heartbeat {
  const mark = lease === null ? '' : `${lease.holder} ${lease.renewTime}`;
  const leaseMs = (lease?.durationSeconds ?? 0) * 1000;
  const released = lease === null || lease.holder === '';
  if (before === null) return { mark, silentMs: 0, leaseMs, released, renewalsOwed: 0 };
  const same = before.mark === mark;
  // That a lease was given back is no sign of life.
  const silentMs = same || released ? before.silentMs + addedMs : 0;
  const owed = silentMs >= LOST_AFTER_MS ? RENEWALS_AFTER_LOSS : before.renewalsOwed;
  return { mark, silentMs, leaseMs, released, renewalsOwed: same || released ? owed : Math.max(owed - 1, 0) };
}

/** A lease that was just seen for the first time counts as alive until its duration has passed without a renewal. */
export function lifeOf(beat: Heartbeat | null): NodeLife {
  if (beat === null) return 'silent';
  if (beat.silentMs >= GONE_AFTER_MS) return 'gone';
  if (beat.silentMs >= LOST_AFTER_MS) return 'lost';
  return beat.released || beat.renewalsOwed > 0 || beat.silentMs >= beat.leaseMs ? 'silent' : 'alive';
}

export const isLost = (life: NodeLife): boolean => {
  switch (life) {
    case 'lost':
    case 'gone':
      return true;
    case 'alive':
    case 'silent':
      return false;
    default:
      return assertNever(life);
  }
};
