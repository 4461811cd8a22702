// Waits for a condition on real parts, never for a time.

import { pollPaceMs } from '../../hack/cluster/poll-pace.ts';

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
    await new Promise((resolve) => setTimeout(resolve, pollPaceMs(waitedMs)));
  }
}
