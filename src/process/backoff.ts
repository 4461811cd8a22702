// How long to wait before trying again. Pure, so that every loop that retries behaves alike.

export interface BackoffLimits {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Milliseconds to wait after `failures` failures in a row (1 or more): baseMs x 2^(failures - 1), at most capMs, of which
 * half is fixed and half is `random` (0 to 1), so that many clients of one server do not come back at the same instant; never less
 * than baseMs.
 */
export function backoffMs(failures: number, limits: BackoffLimits, random: () => number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const fullMs = Math.min(limits.capMs, limits.baseMs * 2 ** doublings);
  return Math.max(limits.baseMs, fullMs / 2 + (fullMs / 2) * random());
}
