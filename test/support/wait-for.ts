// Waits for a condition on real parts, never for a time.

const POLL_MS = 50;

/** Resolves with the first value that is neither null nor false; throws, naming `what`, after the deadline. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
  deadlineMs = 30_000,
): Promise<T> {
  const untilMs = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > untilMs) throw new Error(`${what}: not seen within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
