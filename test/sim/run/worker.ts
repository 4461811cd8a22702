// One thread of a run: plays its share of the histories and reports what it found.

import { parentPort, workerData } from 'node:worker_threads';

import { buildWarmWorlds, historyOf } from '../histories.ts';
import type { Violation } from '../world/world.ts';
import { play, playAll, prepareThread } from './play.ts';
import { StateCodes } from './state-codes.ts';

export interface Share {
  readonly seed: number;
  /** Numbers of histories: `first`, then every `every`, below `histories`. */
  readonly first: number;
  readonly every: number;
  readonly histories: number;
  /** Milliseconds after which no new history begins. */
  readonly withinMs: number;
  /** Number of the history that is played now, for whoever watches over this thread. */
  readonly progress: Int32Array;
}

export interface Found {
  readonly history: number;
  readonly violation: Violation;
}

export interface Result {
  readonly histories: number;
  readonly steps: number;
  readonly judgedToRest: number;
  readonly states: Uint32Array;
  readonly found: readonly Found[];
  /** Of all its histories, in order. */
  readonly fingerprint: number;
}

/** More say nothing new, and cost time. */
const MOST_FOUND = 200;

export async function runShare(): Promise<void> {
  const share = workerData as Share; // given by main.ts
  prepareThread();
  const endMs = performance.now() + share.withinMs;
  const warm = await buildWarmWorlds(play);
  const codes = new StateCodes();
  const found: Found[] = [];
  let number = share.first - share.every;
  let histories = 0;
  let steps = 0;
  let judgedToRest = 0;
  let fingerprint = 17;
  const next = () => {
    number += share.every;
    if (number >= share.histories || found.length >= MOST_FOUND) return null;
    if (histories % 16 === 0 && performance.now() > endMs) return null;
    share.progress[share.first] = number;
    return historyOf(share.seed, number, { warm, afterStep: (world) => codes.note(world) });
  };
  await playAll(next, (outcome) => {
    histories += 1;
    steps += outcome.steps;
    if (outcome.judgedToRest) judgedToRest += 1;
    fingerprint = Math.imul(fingerprint ^ outcome.fingerprint, 16_777_619) >>> 0;
    const [violation] = outcome.violations;
    if (violation !== undefined) found.push({ history: number, violation });
  });
  const result: Result = { histories, steps, judgedToRest, states: codes.all(), found, fingerprint };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows, this is a thread
  parentPort?.postMessage(result);
}
