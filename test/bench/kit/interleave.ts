// Runs cases round by round, so that what disturbs the machine disturbs all of them alike. Each round begins with another
// case: a place in the order that is better or worse than the others would otherwise look like a difference.

import { setTimeout as sleep } from 'node:timers/promises';

export interface Rounds {
  readonly rounds: number;
  /** Rounds that are run first and thrown away: compiled code, filled caches, open connections. */
  readonly warmups: number;
  /** After each case: what it left running elsewhere ends before the next one begins. */
  readonly pauseMs: number;
}

type Samples<Name extends string, Sample> = Readonly<Record<Name, readonly Sample[]>>;

/** Samples of each case in the order of the rounds: index i of all of them belongs together. Rejects with the first fault. */
export async function interleave<Name extends string, Sample>(
  cases: Readonly<Record<Name, () => Promise<Sample>>>,
  { rounds, warmups, pauseMs }: Rounds,
  signal: AbortSignal,
): Promise<Samples<Name, Sample>> {
  const names = Object.keys(cases) as Name[]; // keys of the record that was given
  const samples = Object.fromEntries(names.map((name): [string, Sample[]] => [name, []])) as Record<Name, Sample[]>; // the same keys
  for (let round = 0; round < warmups + rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      signal.throwIfAborted();
      globalThis.gc?.(); // ours must not fall into what is measured
      const sample = await cases[name]();
      if (round >= warmups) samples[name].push(sample);
      await sleep(pauseMs, undefined, { signal });
    }
  }
  return samples;
}

/** Milliseconds that `act` took. */
export async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await act();
  return performance.now() - startedMs;
}
