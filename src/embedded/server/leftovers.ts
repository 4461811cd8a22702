// Remembers which processes belong to a state directory, so that a start after a crash can end what the crash left behind:
// exactly those processes, by pid and start time, never by name.

import { readFile, rm } from 'node:fs/promises';

import { z } from 'zod';

import { OperatorError } from '../../lib/errors.ts';
import { endProcess } from '../end-process.ts';
import { type ProcessIdentity, processIdentitySchema } from '../../process/process-identity.ts';
import { writePrivateFile } from './private-file.ts';

/** etcd closes its files within 35 ms; the rest is reserve. The API server keeps nothing, but may wait for watches. */
const GRACE_MS = 500;

const recordPath = (stateDir: string): string => `${stateDir}/processes.json`;

export async function rememberProcesses(stateDir: string, identities: readonly ProcessIdentity[]): Promise<void> {
  await writePrivateFile(recordPath(stateDir), JSON.stringify(identities));
}

export async function forgetProcesses(stateDir: string): Promise<void> {
  await rm(recordPath(stateDir), { force: true });
}

/** Resolves when none of the remembered processes is left; gives the pids that had to be ended. The caller holds the directory's lock. */
export async function endLeftovers(stateDir: string): Promise<readonly number[]> {
  const left = await readRecord(stateDir);
  const outcomes = await Promise.all(left.map((identity) => endProcess(identity, { graceMs: GRACE_MS })));
  const stuck = left.filter((_, index) => outcomes[index] === false);
  if (stuck.length > 0) {
    const pids = stuck.map(({ pid }) => pid).join(' ');
    throw new OperatorError(
      'timeout',
      `processes ${pids} of an earlier run in ${stateDir} do not end; kill them by hand`,
    );
  }
  await forgetProcesses(stateDir);
  return left.map(({ pid }) => pid);
}

async function readRecord(stateDir: string): Promise<readonly ProcessIdentity[]> {
  try {
    return z.array(processIdentitySchema).parse(JSON.parse(await readFile(recordPath(stateDir), 'utf8')));
  } catch {
    return []; // the last run ended in order, or there was none
  }
}
