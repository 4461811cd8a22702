// `mcpsession up` as a person runs it: the bundle as a child process, with a state directory of its own.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadyFile } from '../../src/compose/up/announce.ts';
import { engineSocket, rawDocker } from './docker.ts';
import { runPrefix } from './oracle/run.ts';
import { type ClientEra, connectMcp, type McpTestClient } from './mcp-client.ts';
import { waitFor } from './wait-for.ts';

export const BUNDLE = join(import.meta.dirname, '../../dist/mcpsession.mjs');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the bundle to its end. */
export function runBundle(args: readonly string[], options: { readonly stdin?: string } = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [BUNDLE, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (child.exitCode ?? null), stdout, stderr });
    });
    endInput(child, options.stdin ?? '');
  });
}

export interface RunningUp {
  readonly stateDir: string;
  readonly pid: number;
  readonly ready: ReadyFile;
  readonly nodeName: string;
  readonly kubectl: (args: readonly string[], stdin?: string) => Promise<Finished>;
  readonly mcp: (era: ClientEra) => Promise<McpTestClient>;
  /** Containers of this cluster and node, whatever their state. */
  readonly containers: () => Promise<
    readonly { readonly id: string; readonly state: string; readonly session: string }[]
  >;
  /** A clean stop; resolves with how it ended. */
  readonly stop: () => Promise<Finished>;
  readonly killHard: () => Promise<void>;
}

export interface UpTestOptions {
  readonly stateDir?: string;
  readonly dockerSocket?: string;
  readonly args?: readonly string[];
}

/** Resolves when the ready file is there. Rejects, with what was said, when the program ends before. */
export async function startUp(options: UpTestOptions = {}): Promise<RunningUp> {
  const started = await spawnUp(options);
  const { child, stateDir, readyFile, nodeName } = started;
  await waitFor('the ready file', async () => {
    if (child.exitCode !== null) throw new Error(`up ended with ${child.exitCode}: ${started.said().stderr}`);
    return readFile(readyFile, 'utf8').catch(() => null);
  });
  const ready = JSON.parse(await readFile(readyFile, 'utf8')) as ReadyFile; // written by announce.ts
  const caPem = await readFile(ready.mcpCaFile, 'utf8');
  return {
    stateDir,
    pid: child.pid ?? 0,
    ready,
    nodeName,
    kubectl: (args, stdin) => kubectl({ ready, stateDir }, args, stdin),
    mcp: (era) => connectMcp({ url: ready.mcpUrl, token: ready.mcpToken, caPem, era }),
    containers: () => containersOfNode(nodeName),
    stop: () => endChild(started, 'SIGTERM'),
    killHard: async () => void (await endChild(started, 'SIGKILL')),
  };
}

export interface SpawnedUp {
  readonly child: ChildProcess;
  readonly stateDir: string;
  readonly readyFile: string;
  readonly nodeName: string;
  readonly said: () => { readonly stdout: string; readonly stderr: string };
}

/** Only starts it, for tests that do not wait until it is ready. */
export async function spawnUp(options: UpTestOptions = {}): Promise<SpawnedUp> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'mcpsession-up-')));
  const readyFile = join(stateDir, 'ready.json');
  await rm(readyFile, { force: true });
  const nodeName = `${runPrefix()}${stateDir.split('-').at(-1)?.toLowerCase() ?? 'node'}`;
  const socket = options.dockerSocket ?? engineSocket();
  const args = [
    'up',
    '--state-dir',
    stateDir,
    '--ready-file',
    readyFile,
    '--docker-socket',
    socket,
    '--node-name',
    nodeName,
  ];
  const child = spawn(process.execPath, [BUNDLE, ...args, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, stateDir, readyFile, nodeName, said: () => ({ stdout, stderr }) };
}

export function endChild(started: SpawnedUp, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<Finished> {
  const { child, said } = started;
  return new Promise((resolve) => {
    const done = () => resolve({ code: child.exitCode, ...said() });
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once('close', done);
    child.kill(signal);
  });
}

function kubectl(
  at: { readonly ready: ReadyFile; readonly stateDir: string },
  args: readonly string[],
  stdin = '',
): Promise<Finished> {
  const env = {
    ...process.env,
    KUBECONFIG: at.ready.kubeconfig,
    KUBECACHEDIR: join(at.stateDir, 'test-kubectl-cache'),
  };
  return new Promise((resolve) => {
    const child = execFile(at.ready.kubectl, [...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (child.exitCode ?? null), stdout, stderr });
    });
    endInput(child, stdin);
  });
}

/** A program that has ended without reading is judged by how it ended. */
function endInput({ stdin }: ChildProcess, text: string): void {
  stdin?.on('error', () => {});
  stdin?.end(text);
}

async function containersOfNode(nodeName: string) {
  const found = await rawDocker().listContainers({
    all: true,
    filters: { label: [`mcpsession.dev/node=${nodeName}`] },
  });
  return found.map(({ Id, State, Labels }) => ({ id: Id, state: State, session: Labels['mcpsession.dev/name'] ?? '' }));
}

/** Whether a process exists and is not a zombie that nobody has waited for. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/^\d+ \(.*\) Z/.test(stat);
}

/** Processes whose command line names the directory: what a run could have left behind. */
export async function processesNaming(dir: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      const names = command.includes(dir) || cwd.startsWith(dir);
      return names && (await isAlive(Number(pid))) ? `${pid} ${command}` : null;
    }),
  );
  return lines.filter((line) => line !== null);
}
