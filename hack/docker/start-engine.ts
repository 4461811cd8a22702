// Starts dockerd without an init system and ends it again. It runs detached from this process, so that `hack/docker.ts
// ensure` may leave it running; its identity is written down, so that a later run can end exactly this one.

import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { endProcess } from '../../src/embedded/end-process.ts';
import {
  isAlive,
  type ProcessIdentity,
  processIdentitySchema,
  readProcessIdentity,
} from '../../src/process/process-identity.ts';
import { OperatorError } from '../../src/lib/errors.ts';
import { probeEngine } from './probe-engine.ts';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 100;
/** dockerd gives its containers 10 s and itself 15 s to end. */
const STOP_GRACE_MS = 30_000;
const LOG_LINES = 10;

export interface EngineStart {
  readonly dockerd: string;
  readonly socketPath: string;
  /** Holds dockerd.log and dockerd.json. */
  readonly stateDir: string;
  /** Further arguments of dockerd; an engine beside another one needs its own data root, exec root and pid file. */
  readonly extraArgs?: readonly string[];
}

/** Resolves when the engine answers; throws OperatorError('unavailable') with the end of its log when it ends or stays silent. */
export async function startEngine({ dockerd, socketPath, stateDir, extraArgs = [] }: EngineStart): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const logPath = join(stateDir, 'dockerd.log');
  const logFile = await open(logPath, 'w');
  const child = spawn(dockerd, [`--host=unix://${socketPath}`, ...extraArgs], {
    detached: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
  });
  const end: { reason: string | null } = { reason: null };
  child.on('error', (cause) => (end.reason = cause.message));
  child.on('exit', (code, signal) => (end.reason = code === null ? `signal ${signal}` : `exit code ${code}`));
  child.unref();
  await logFile.close();

  const identity = child.pid === undefined ? null : await readProcessIdentity(child.pid);
  if (identity !== null) await writeFile(recordPath(stateDir), JSON.stringify(identity));

  const deadlineMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if ((await probeEngine(socketPath)).state === 'answers') return;
    if (end.reason !== null) {
      throw new OperatorError(
        'unavailable',
        `dockerd ended (${end.reason}) before it answered; ${await lastLines(logPath)}`,
      );
    }
    if (performance.now() > deadlineMs) {
      await stopEngine(stateDir);
      throw new OperatorError(
        'unavailable',
        `dockerd did not answer on ${socketPath} within ${READY_WITHIN_MS} ms; ${await lastLines(logPath)}`,
      );
    }
    await sleep(POLL_MS);
  }
}

/**
 * Ends the dockerd that startEngine recorded in stateDir, and the containerd it started, if that is still there afterwards.
 * Resolves to false when no such engine is running. Throws OperatorError('timeout') when it cannot be ended.
 */
export async function stopEngine(stateDir: string): Promise<boolean> {
  const engine = await readRecord(stateDir);
  if (engine === null || !(await isAlive(engine))) return false;
  const children = await childrenOf(engine.pid);
  for (const identity of [engine, ...children]) {
    if (await endProcess(identity, { graceMs: STOP_GRACE_MS })) continue;
    throw new OperatorError('timeout', `process ${identity.pid} of the Docker Engine did not end; end it by hand`);
  }
  await rm(recordPath(stateDir), { force: true });
  return true;
}

const recordPath = (stateDir: string): string => join(stateDir, 'dockerd.json');

async function readRecord(stateDir: string): Promise<ProcessIdentity | null> {
  try {
    return processIdentitySchema.parse(JSON.parse(await readFile(recordPath(stateDir), 'utf8')));
  } catch {
    return null; // never written, or cut short by a crash: there is no process that we can be sure of
  }
}

async function childrenOf(pid: number): Promise<readonly ProcessIdentity[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const found = await Promise.all(list.split(' ').filter(Boolean).map(Number).map(readProcessIdentity));
  return found.filter((identity) => identity !== null);
}

async function lastLines(logPath: string): Promise<string> {
  const text = await readFile(logPath, 'utf8').catch(() => '');
  return `the last lines of ${logPath}:\n${text.trim().split('\n').slice(-LOG_LINES).join('\n')}`;
}
