// How long to wait before the world outside is looked at again.

const SHORTEST_MS = 50;
const LONGEST_MS = 500;
const PART_OF_THE_WAIT = 1 / 20;

/** What takes long is looked at less often: many a look starts a program, and several wait at a time on few cores. */
export const pollPaceMs = (waitedMs: number): number =>
  Math.min(Math.max(waitedMs * PART_OF_THE_WAIT, SHORTEST_MS), LONGEST_MS);
