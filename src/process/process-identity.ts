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

/** The identity of a live process, or null when there is none with that pid. */
export async function readProcessIdentity(pid: number): Promise<ProcessIdentity | null> {
  const [stat, bootId] = await Promise.all([readStat(pid), readFile('/proc/sys/kernel/random/boot_id', 'utf8')]);
  if (stat === null || stat.isGone) return null;
  return { pid, startTicks: stat.startTicks, bootId: bootId.trim() };
}

/** True while exactly this process lives; false once it ended, even if its pid was given to another. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await readProcessIdentity(identity.pid);
  return now !== null && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** False already while a killed process is on its way out, when its files and ports may not be closed yet. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readStat(pid);
  return stat !== null && !stat.isEnding;
}

interface ProcessStat {
  readonly startTicks: string;
  /** The first thread has ended; other threads may still hold files and ports open. */
  readonly isEnding: boolean;
  /** The last thread has ended too; only its parent has not taken note yet. */
  readonly isGone: boolean;
}

async function readStat(pid: number): Promise<ProcessStat | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The program name stands in parentheses and may hold spaces and parentheses itself: count fields after the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', threads = '', startTicks = ''] = [fields[0], fields[17], fields[19]];
    const isEnding = state === 'Z' || state === 'X';
    return { startTicks, isEnding, isGone: isEnding && Number(threads) <= 1 };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code; // fs rejects with errno errors
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw cause;
  }
}
