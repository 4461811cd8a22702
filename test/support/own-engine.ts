// A Docker Engine of a test's own that may be killed, frozen and filled: own directory, own containerd, own network namespace. The
// last is no luxury: a second dockerd beside the machine's engine touches that one's bridge (performance.md 12).

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import Docker from 'dockerode';

import { findDockerd } from '../../hack/docker/install-engine.ts';
import { probeEngine } from '../../hack/docker/probe-engine.ts';
import { ensureSessionImage } from '../../hack/session-image.ts';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);
const ANSWERS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 15_000;

export interface OwnEngine {
  readonly socketPath: string;
  readonly docker: Docker;
  /** Of dockerd, while it runs. */
  pid(): number;
  start(): Promise<void>;
  /** SIGKILL to dockerd, which takes its containerd along; the containers' shims live on. */
  kill(): Promise<void>;
  /** SIGKILL to its containerd. */
  killContainerd(): Promise<void>;
  freeze(): void;
  /** Nothing when it does not run. */
  thaw(): void;
  /** Runs a command of the machine in the engine's network namespace. */
  inNetwork(command: readonly string[]): Promise<void>;
  /** Removes containers, ends both programs, removes the directory. */
  stop(): Promise<void>;
}

export interface OwnEngineOptions {
  readonly liveRestore?: boolean;
  /** Puts the engine's data on a file system of this size. */
  readonly dataMebibytes?: number;
}

/** Started, with the session image. */
export async function startOwnEngine(options: OwnEngineOptions = {}): Promise<OwnEngine> {
  const dockerd = await findDockerd();
  if (dockerd === null) throw new Error('no dockerd on this machine');
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-engine-'));
  const data = join(dir, 'data');
  const exec = join(dir, 'exec');
  const socketPath = join(dir, 'docker.sock');
  const logFile = join(dir, 'dockerd.log');
  await mkdir(data);
  if (options.dataMebibytes !== undefined) {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${options.dataMebibytes}m`, 'tmpfs', data]);
  }
  const docker = new Docker({ socketPath });
  let child: ChildProcess | null = null;

  const pid = (): number => {
    if (child?.pid === undefined) throw new Error('this engine does not run');
    return child.pid;
  };
  const ended = async (process: ChildProcess): Promise<void> => {
    if (process.exitCode !== null || process.signalCode !== null) return;
    await new Promise<void>((resolve) => process.once('exit', () => resolve()));
  };

  const engine: OwnEngine = {
    socketPath,
    docker,
    pid,
    async start() {
      const log = await open(logFile, 'a');
      const own = [
        '--host',
        `unix://${socketPath}`,
        '--data-root',
        data,
        '--exec-root',
        exec,
        '--pidfile',
        join(dir, 'pid'),
      ];
      const restore = options.liveRestore === true ? ['--live-restore'] : [];
      // dockerd takes the place of unshare, so the pid is its own.
      child = spawn('unshare', ['--net', '--', dockerd, ...own, ...restore], { stdio: ['ignore', log.fd, log.fd] });
      await log.close();
      const untilMs = performance.now() + ANSWERS_WITHIN_MS;
      while ((await probeEngine(socketPath)).state !== 'answers') {
        if (performance.now() > untilMs || child.exitCode !== null) {
          throw new Error(`the own engine does not answer: ${(await readFile(logFile, 'utf8')).slice(-2_000)}`);
        }
        await sleep(100);
      }
    },
    async kill() {
      if (child === null) return;
      child.kill('SIGKILL');
      await ended(child);
      child = null;
      // The kernel takes its containerd along (parent death signal); a dockerd that finds it dying gives up.
      const containerd = await containerdPid(exec).catch(() => null);
      if (containerd !== null) await waitFor('the containerd to end', () => !isThere(containerd), ENDS_WITHIN_MS);
    },
    async killContainerd() {
      process.kill(await containerdPid(exec), 'SIGKILL');
    },
    freeze: () => void process.kill(pid(), 'SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async inNetwork(command) {
      await run('nsenter', ['-t', String(pid()), '-n', ...command]);
    },
    async stop() {
      if (child !== null && child.exitCode === null && child.signalCode === null) {
        engine.thaw();
        await removeAll(docker);
        child.kill('SIGTERM');
        const over = await Promise.race([ended(child).then(() => true), sleep(ENDS_WITHIN_MS, false)]);
        if (!over) await engine.kill();
      }
      const containerd = await containerdPid(exec).catch(() => null);
      if (containerd !== null) endQuietly(containerd);
      for (const shim of await processesOf(exec)) endQuietly(shim);
      await unmountBelow(dir);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await engine.start();
  await ensureSessionImage({ socketPath, log: () => {} });
  return engine;
}

async function removeAll(docker: Docker): Promise<void> {
  const within = AbortSignal.timeout(ENDS_WITHIN_MS);
  const all = await docker.listContainers({ all: true, abortSignal: within }).catch(() => []);
  await Promise.all(
    all.map(({ Id }) =>
      docker
        .getContainer(Id)
        .remove({ force: true, v: true, abortSignal: within })
        .catch(() => {}),
    ),
  );
}

const containerdPid = async (exec: string): Promise<number> =>
  Number(await readFile(join(exec, 'containerd', 'containerd.pid'), 'utf8'));

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function endQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** Programs that were started with this engine's directory: shims whose containerd is gone. */
async function processesOf(dir: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) =>
      (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(dir) ? [Number(pid)] : [],
    ),
  );
  return lines.flat();
}

async function unmountBelow(dir: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts
    .filter((path) => path.startsWith(`${dir}/`))
    .toSorted()
    .toReversed()) {
    await run('umount', ['-l', mount]).catch(() => {}); // gone with its container
  }
}
