// What the steps share: the programs they started, and how these end.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadyFile } from '../../src/compose/up/announce.ts';
import type { DockerHandle } from '../docker.ts';

export interface DemoStep {
  readonly name: string;
  /** Also runs after a failure, to clean up. */
  readonly always?: boolean;
  /** Resolves with what was seen, in one line; rejects when the step did not hold. */
  readonly run: (stage: Stage) => Promise<string>;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Stage {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly stateDir: string;
  docker: DockerHandle | null;
  ready: ReadyFile | null;
  startUp(): Promise<ReadyFile>;
  stopUp(): Promise<number | null>;
  kubectl(args: readonly string[], stdin?: string): Promise<Finished>;
  /** Prints a command and what it printed, as in a terminal. */
  show(command: string, finished: Finished): void;
  close(): Promise<void>;
}

const READY_MS = 60_000;

export function createStage(options: { readonly say: (line: string) => void; readonly signal: AbortSignal }): Stage {
  const { say, signal } = options;
  const stateDir = mkdtempSync(join(tmpdir(), 'mcpsession-demo-'));
  let up: ChildProcess | null = null;

  const stage: Stage = {
    say,
    signal,
    stateDir,
    docker: null,
    ready: null,
    async startUp() {
      const readyFile = join(stateDir, 'ready.json');
      const socket = stage.docker?.socketPath ?? '/var/run/docker.sock';
      const args = [
        'dist/mcpsession.mjs',
        'up',
        '--state-dir',
        stateDir,
        '--ready-file',
        readyFile,
        '--docker-socket',
        socket,
      ];
      up = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      let complaint = '';
      up.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
      const untilMs = performance.now() + READY_MS;
      while (!existsSync(readyFile)) {
        signal.throwIfAborted();
        if (up.exitCode !== null) throw new Error(complaint.trim() || `up ended with ${up.exitCode}`);
        if (performance.now() > untilMs)
          throw new Error(`up is not ready after ${READY_MS / 1000} s: ${complaint.trim()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      stage.ready = JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyFile; // written by announce.ts
      return stage.ready;
    },
    async stopUp() {
      const child = up;
      if (child === null) return null;
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      up = null;
      return child.exitCode;
    },
    kubectl(args, stdin = '') {
      const ready = stage.ready;
      if (ready === null) throw new Error('up is not running');
      const env = { ...process.env, KUBECONFIG: ready.kubeconfig, KUBECACHEDIR: join(stateDir, 'kubectl') };
      return new Promise((resolve) => {
        const child = execFile(ready.kubectl, [...args], { env, signal }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : (child.exitCode ?? 1), stdout, stderr });
        });
        child.stdin?.end(stdin);
      });
    },
    show(command, { stdout, stderr }) {
      say(`      $ ${command}`);
      for (const line of `${stderr}${stdout}`.trimEnd().split('\n')) say(`      ${line}`);
    },
    async close() {
      await stage.stopUp();
      await stage.docker?.stop();
      mkdirSync('out', { recursive: true });
      const log = join(stateDir, 'mcpsession.log');
      if (existsSync(log)) copyFileSync(log, 'out/demo.log');
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
  return stage;
}
