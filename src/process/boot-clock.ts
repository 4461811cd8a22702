// The clock of the machine since its boot. Linux: CLOCK_BOOTTIME by /proc/uptime, which goes on while the machine sleeps; the
// process's own monotonic clock stands still then, and begins anew with every process.

import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { BootClock } from '../ports/clock.ts';

/** Reads the name of the boot, once. */
export function createBootClock(): BootClock {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { bootId, sinceBootMs: () => uptime() * 1000 };
}
