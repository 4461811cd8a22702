// Tells one process from a later one with the same number: a pid alone may be reused, so it is kept together with the
// kernel's start time of the process and the boot it belongs to. Linux only (/proc).

import { readFile } from 'node:fs/promises';

import { z } from 'zod';

export const processIdentitySchema = z.object({
  pid: z.int().positive(),
  /** Clock ticks between boot and the start of the process (field 22 of /proc/<pid>/stat). */
  startTicks: z.string().regex(/^\d+$/),
  /** Names the boot: ticks of two boots cannot be compared. */
  bootId: z.string(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** The identity of a live process, or null when there is none with that pid (a zombie counts as none). */
export async function readProcessIdentity(pid: number): Promise<ProcessIdentity | null> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The program name stands in parentheses and may hold spaces and parentheses itself: count fields after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    const startTicks = fields[19];
    if (startTicks === undefined || state === 'Z' || state === 'X') return null;
    return { pid, startTicks, bootId: bootId.trim() };
  } catch (cause) {
    if (isGone(cause)) return null;
    throw cause;
  }
}

/** True while exactly this process lives; false once it ended, even if its pid was given to another. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await readProcessIdentity(identity.pid);
  return now !== null && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

function isGone(thrown: unknown): boolean {
  const code = (thrown as NodeJS.ErrnoException).code; // read only to compare; a non-error has none
  return code === 'ENOENT' || code === 'ESRCH';
}
