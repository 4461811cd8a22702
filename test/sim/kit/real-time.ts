// Takes real time away from everything in this process: only the simulated clock may wait. A turn of the event loop becomes an action of
// the world; a real timer is a mistake, and says so.

import { LightAbortController, LightAbortSignal } from './light-abort.ts';
import type { Scheduler } from './scheduler.ts';

const realImmediate = globalThis.setImmediate;

/** Whose world the turns belong to now. */
let current: Scheduler | null = null; // one world at a time per process; the patched globals have nowhere else to look

export function setWorld(scheduler: Scheduler | null): void {
  current = scheduler;
}

interface Turn {
  cancelled: boolean;
}

export function takeOverTimers(): void {
  const refuse = (): never => {
    throw new Error('simulated code waits on a real timer; it has to use the clock port');
  };
  const turn = (task: () => void): Turn => {
    const handle: Turn = { cancelled: false };
    const run = (): void => {
      if (!handle.cancelled) task();
    };
    if (current === null) throw new Error('a turn of the event loop outside of any world');
    current.add({ kind: 'turn', actor: null, what: 'turn', run });
    return handle;
  };
  const cancel = (handle: Turn): void => {
    handle.cancelled = true;
  };
  Object.assign(globalThis, { AbortController: LightAbortController, AbortSignal: LightAbortSignal });
  Object.assign(globalThis, { setTimeout: refuse, setInterval: refuse, setImmediate: turn, clearImmediate: cancel });
}

/** Runs `step` again and again, each in a turn of its own with all its promises settled, until it says that it is done. */
export function inTurns(step: () => boolean): Promise<void> {
  const BATCH = 64; // turns that are asked for at once cost a fifth of turns one by one
  return new Promise((resolve, reject) => {
    let done = false;
    const turn = (): void => {
      if (done) return;
      try {
        done = step();
      } catch (thrown) {
        done = true;
        reject(thrown as Error);
      }
      if (done) resolve();
    };
    const batch = (): void => {
      if (done) return;
      for (let count = 0; count < BATCH; count += 1) realImmediate(turn);
      realImmediate(batch);
    };
    batch();
  });
}
