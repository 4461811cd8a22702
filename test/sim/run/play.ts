// Plays histories to their end in this thread, whose timers the simulated worlds take over.

import type { History, Outcome } from '../history.ts';
import { inTurns, setWorld, takeOverTimers } from '../kit/real-time.ts';

/** Once per thread, before anything is played. */
export function prepareThread(): void {
  Error.stackTraceLimit = 0; // faults are everyday life here, and nobody reads where they came from
  takeOverTimers();
  process.on('unhandledRejection', (thrown) => {
    current?.world.violate('unhandled', `a rejection that nobody heard: ${String(thrown)}`);
  });
}

let current: History | null = null; // one at a time per thread

/** Plays what `next` gives, one after another, until it gives null; `done` hears of each. */
export async function playAll(next: () => History | null, done: (outcome: Outcome, history: History) => void) {
  const begin = (): boolean => {
    current = next();
    setWorld(current?.world.scheduler ?? null);
    return current === null;
  };
  if (begin()) return;
  await inTurns(() => {
    if (current === null) return true;
    if (!current.over) {
      current.step();
      return false;
    }
    done(current.outcome(), current);
    return begin();
  });
}

export async function play(history: History): Promise<Outcome> {
  let found: Outcome | null = null;
  let given: History | null = history;
  const next = (): History | null => {
    const now = given;
    given = null;
    return now;
  };
  await playAll(next, (outcome) => {
    found = outcome;
  });
  if (found === null) throw new Error('the history did not end');
  return found;
}
