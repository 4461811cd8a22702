// The API server's time, carried on by the clock that counts since the boot: deadlines come from times that the API server wrote,
// and neither a step of the node's own clock nor a restart of the program may move them (docs/lifetime.md, adr/0014).

import type { ClockAnchor } from '../model/node-state.ts';
import type { BootClock, Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** What one answer of the API server tells about its time. */
export interface ServerAnswer {
  /** Its Date header in milliseconds since the epoch; always a whole second, cut off. */
  readonly dateMs: number;
  /** From sending the request to the head of the answer. */
  readonly roundTripMs: number;
}

export interface ClusterClock extends Clock {
  /** The API server has answered just now. */
  observe(answer: ServerAnswer): void;
  /** null while nothing but the node's own clock is known. */
  anchor(): ClockAnchor | null;
}

/** A slower answer says too little about when the server wrote its time. */
const LONGEST_ROUND_TRIP_MS = 1_000;
/** Answers come in bursts; more of them in the same second tell nothing new. */
const SHORTEST_PAUSE_MS = 1_000;
const MOST_SAMPLES = 9;
/** So many answers have to be there before a time that was measured once is given up: one server of several may be wrong. */
const FEWEST_TO_MOVE = 5;
const OLDEST_SAMPLE_MS = 120_000;
/** Above the doubt of a sample, which is half a second and half a round trip. */
const MOVES_ABOVE_MS = 2_000;

/** `kept`: the anchor that an earlier process left behind; null when there is none. */
export function createClusterClock(options: {
  readonly base: Clock;
  readonly boot: BootClock;
  readonly kept: ClockAnchor | null;
  readonly log: Log;
}): ClusterClock {
  const { base, boot, kept, log } = options;
  const sameBoot = kept !== null && kept.bootId === boot.bootId;
  let isMeasured = sameBoot;
  let bootedAtMs = sameBoot ? kept.bootedAtMs : lastResortMs(options);
  let samples: { readonly atMs: number; readonly bootedAtMs: number }[] = [];

  const moveTo = (to: number, message: string): void => {
    const moved = Math.round(to - bootedAtMs);
    if (Math.abs(moved) > MOVES_ABOVE_MS) log.warn(message, { movedMs: moved });
    bootedAtMs = to;
    isMeasured = true;
  };

  return {
    nowMs: () => bootedAtMs + boot.sinceBootMs(),
    monotonicMs: () => base.monotonicMs(),
    sleep: (ms, signal) => base.sleep(ms, signal),
    observe({ dateMs, roundTripMs }) {
      const atMs = boot.sinceBootMs();
      const latest = samples.at(-1);
      if (roundTripMs > LONGEST_ROUND_TRIP_MS) return;
      if (latest !== undefined && atMs - latest.atMs < SHORTEST_PAUSE_MS) return;
      // The server's time was cut off to the second, and the answer was under way for a part of the round trip.
      const sample = { atMs, bootedAtMs: dateMs + 500 + roundTripMs / 2 - atMs };
      samples = [...samples, sample].filter((each) => atMs - each.atMs <= OLDEST_SAMPLE_MS).slice(-MOST_SAMPLES);
      if (!isMeasured)
        return moveTo(sample.bootedAtMs, "the node's clock differs from the API server's, whose time counts");
      const middle = medianOf(samples.map((each) => each.bootedAtMs));
      if (samples.length < FEWEST_TO_MOVE || Math.abs(middle - bootedAtMs) <= MOVES_ABOVE_MS) return;
      moveTo(middle, "the API server's clock was set, and deadlines move with it");
    },
    anchor: () =>
      isMeasured ? { bootId: boot.bootId, bootedAtMs, writtenAtMs: bootedAtMs + boot.sinceBootMs() } : null,
  };
}

/** The node's own clock, read once, so that setting it moves nothing; never before a time that was already reached. */
function lastResortMs({ base, boot, kept }: Pick<Parameters<typeof createClusterClock>[0], 'base' | 'boot' | 'kept'>) {
  return Math.max(base.nowMs(), kept?.writtenAtMs ?? 0) - boot.sinceBootMs();
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
