// Ends one process by its identity: first politely, then by force. Never by name, and never a later process that was
// given the same pid.

import { setTimeout as sleep } from 'node:timers/promises';

import { isAlive, type ProcessIdentity } from '../process/process-identity.ts';

const POLL_MS = 20;
const KILLED_WITHIN_MS = 2_000;

export interface EndOptions {
  /** How long the process may take after SIGTERM before it is killed; 0 kills at once. */
  readonly graceMs: number;
}

/** Resolves to true when the process is gone (also when it already was), false when even SIGKILL did not end it. */
export async function endProcess(identity: ProcessIdentity, { graceMs }: EndOptions): Promise<boolean> {
  if (graceMs > 0) {
    await sendSignal(identity, 'SIGTERM');
    if (await isGoneWithin(identity, graceMs)) return true;
  }
  await sendSignal(identity, 'SIGKILL');
  return isGoneWithin(identity, KILLED_WITHIN_MS);
}

async function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(identity))) return;
  try {
    process.kill(identity.pid, signal);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause; // it ended between the look and the signal
  }
}

async function isGoneWithin(identity: ProcessIdentity, limitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + limitMs;
  while (await isAlive(identity)) {
    if (performance.now() > deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}
