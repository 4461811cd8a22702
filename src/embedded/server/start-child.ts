// One server process of the control plane: started so that it cannot outlive this process, its output in a log file, its
// end known. The kernel kills it when the thread that started it dies (setpriv --pdeathsig), even by `kill -9`: start it
// from the main thread.

import { type ChildProcess, spawn } from 'node:child_process';
import { open, rename } from 'node:fs/promises';

import { OperatorError } from '../../lib/errors.ts';
import { type ProcessIdentity, readProcessIdentity } from '../../process/process-identity.ts';
import { logTail } from './log-tail.ts';
import { serverEnvironment } from './server-arguments.ts';

export type ServerName = 'etcd' | 'kube-apiserver';

export interface ChildExit {
  readonly program: ServerName;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerChild {
  readonly program: ServerName;
  readonly identity: ProcessIdentity;
  readonly logPath: string;
  /** Resolves when the process has ended and was reaped; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** SIGTERM, and SIGKILL when that did not end it within graceMs. */
  end(graceMs: number): Promise<void>;
}

export interface ChildStart {
  readonly program: ServerName;
  readonly path: string;
  readonly args: readonly string[];
  readonly stateDir: string;
  /** Of the caller; what becomes of it: serverEnvironment(). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From parentDeathPrefix(). */
  readonly prefix: readonly string[];
}

/** Throws OperatorError('unavailable') when the program cannot be started. */
export async function startChild(start: ChildStart): Promise<ServerChild> {
  const { program, path, args, stateDir, environment, prefix } = start;
  const logPath = `${stateDir}/${program}.log`;
  await rename(logPath, `${logPath}.previous`).catch(() => {}); // there is none before the second start
  const log = await open(logPath, 'w', 0o600);
  const [command = path, ...rest] = [...prefix, path, ...args];
  const child = spawn(command, rest, {
    cwd: stateDir,
    env: serverEnvironment(stateDir, environment),
    stdio: ['ignore', log.fd, log.fd],
    detached: true, // Ctrl-C reaches only us, who end them in order
  });
  const exited = watchExit(child, program);
  await Promise.all([waitForSpawn(child, path), log.close()]);
  const identity = child.pid === undefined ? null : await readProcessIdentity(child.pid);
  if (identity === null) {
    throw new OperatorError('unavailable', `${path} ended at once; ${await logTail(logPath)}`);
  }

  const end = async (graceMs: number): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  };
  return { program, identity, logPath, exited, end };
}

/** What to put before a command so that the kernel kills the process when this one dies; nothing where setpriv cannot. */
export async function parentDeathPrefix(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const works = await new Promise<boolean>((resolve) => {
    const trial = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'true'], { stdio: 'ignore', env: {} });
    trial.on('error', () => resolve(false));
    trial.on('exit', (code) => resolve(code === 0));
  });
  return works ? prefix : [];
}

function waitForSpawn(child: ChildProcess, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new OperatorError('unavailable', `cannot start ${path}: ${cause.message}`, { cause })),
    );
  });
}

function watchExit(child: ChildProcess, program: ServerName): Promise<ChildExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ program, code, signal }));
  });
}
