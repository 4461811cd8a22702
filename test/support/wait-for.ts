// Waits for a condition on real parts, never for a time.

const SHORTEST_POLL_MS = 50;
const LONGEST_POLL_MS = 500;
/** What takes long is looked at less often: many a look starts a program, and several tests wait at a time on few cores. */
const PART_OF_THE_WAIT = 1 / 20;

/** Resolves with the first value that is neither null nor false; throws, naming `what`, after the deadline. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
  deadlineMs = 30_000,
): Promise<T> {
  const fromMs = performance.now();
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    const waitedMs = performance.now() - fromMs;
    if (waitedMs > deadlineMs) throw new Error(`${what}: not seen within ${deadlineMs} ms`);
    const pollMs = Math.min(Math.max(waitedMs * PART_OF_THE_WAIT, SHORTEST_POLL_MS), LONGEST_POLL_MS);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
