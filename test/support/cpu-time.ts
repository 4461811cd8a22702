// CPU time of this thread alone: neighbours on the machine, or in the same process, do not count.

const ATTEMPTS = 4;

/**
 * Milliseconds of user and system time that one call takes. Tried again while it is more than `limitMs`, since the first call meets
 * cold code and any may meet the garbage of others.
 */
export function spentMs(call: () => void, limitMs: number): number {
  let spent = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && spent >= limitMs; attempt += 1) {
    const before = process.threadCpuUsage();
    call();
    const { user, system } = process.threadCpuUsage(before);
    spent = Math.min(spent, (user + system) / 1000);
  }
  return spent;
}
