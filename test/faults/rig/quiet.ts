// Quiescence by ground truth: what must be true is true on engine and API server, and the program itself says that it has nothing
// left to do. A wait of a fixed time would be longer, and prove less.

import type { Director } from '../proxy/director.ts';
import type { Lane } from './lane.ts';
import { patience } from './patience.ts';
import { pause } from './world.ts';

export interface Quiet {
  readonly quiet: boolean;
  /** What was still going on, when it did not become quiet. */
  readonly why: string;
}

export interface QuietParts {
  readonly lane: Lane;
  readonly director: Director;
  /** null when everything is as it must be; else what is not. */
  readonly wrong: () => Promise<string | null>;
  /** A held event or another fault is still to come. */
  readonly busyUntilMs: () => number;
  readonly lastFaultMs: () => number;
}

/** Nothing must have been written for so long, beside a queue that is empty and has no timer soon. */
const SILENCE_MS = 150;
/** A timer that is due later than this is no work that is left over: a deadline, a relist. */
const SOON_MS = 3_000;
const LIMIT_MS = 60_000;
const LOOK_MS = 30;

export async function untilQuiet(parts: QuietParts): Promise<Quiet> {
  const fromMs = performance.now();
  for (;;) {
    const why = await unrest(parts);
    if (why === null) return { quiet: true, why: '' };
    if (performance.now() - Math.max(fromMs, parts.lastFaultMs()) > LIMIT_MS * patience()) return { quiet: false, why };
    await pause(LOOK_MS);
  }
}

async function unrest({ lane, director, wrong, busyUntilMs }: QuietParts): Promise<string | null> {
  if (director.inFlight > 0) return `${director.inFlight} requests are not answered`;
  if (performance.now() < busyUntilMs()) return 'an event is held back';
  const sinceMs = performance.now() - director.lastMs;
  if (sinceMs < SILENCE_MS) return `the last write was ${Math.round(sinceMs)} ms ago`;
  const busy = await businessOf(lane);
  return busy ?? wrong();
}

async function businessOf(lane: Lane): Promise<string | null> {
  const answer = await lane.controller.debug();
  if (answer === null) return 'the controller does not answer';
  const { pending } = answer;
  if (pending === null) return 'the controller does not serve its node';
  if (!lane.controller.isReady) return 'the controller does not know yet what there is';
  const { queued, running, failing, nextDueMs } = pending;
  if (queued + running + failing > 0) return `queue: ${queued} queued, ${running} running, ${failing} failing`;
  return nextDueMs !== null && nextDueMs < SOON_MS ? `a look is due in ${Math.round(nextDueMs)} ms` : null;
}
