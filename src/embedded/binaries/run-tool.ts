// Runs one program (go, tar, a version query) to its end in a process group of its own, so that an abort ends the program
// together with everything it started.

import { spawn } from 'node:child_process';

const KEPT_CHARACTERS = 16_384;
const KEPT_LINES = 12;
/** go removes its working directory on an interrupt; give it this long before it is killed. */
const INTERRUPT_GRACE_MS = 2_000;

export interface ToolRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the program; PATH in it finds the program. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ToolOutcome {
  /** null when a signal ended the program. */
  readonly exitCode: number | null;
  /** The last lines of stdout and stderr together. */
  readonly lastLines: string;
}

/** Rejects with the spawn error (ENOENT, EACCES) when the program cannot be started, and with the signal's reason, after the group is gone, on abort. */
export function runTool({ program, args, cwd, environment }: ToolRun, signal: AbortSignal): Promise<ToolOutcome> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    const keep = (text: string): void => {
      output = (output + text).slice(-KEPT_CHARACTERS);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);

    let killTimer: NodeJS.Timeout | undefined;
    const endGroup = (): void => {
      signalGroup(child.pid, 'SIGINT');
      killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), INTERRUPT_GRACE_MS);
    };
    signal.addEventListener('abort', endGroup, { once: true });
    const settle = (): void => {
      clearTimeout(killTimer);
      signal.removeEventListener('abort', endGroup);
    };
    child.on('error', (cause) => {
      settle();
      reject(cause);
    });
    child.on('close', (exitCode) => {
      settle();
      if (signal.aborted) reject(signal.reason);
      else resolve({ exitCode, lastLines: output.trim().split('\n').slice(-KEPT_LINES).join('\n') });
    });
  });
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause; // the group has just ended
  }
}
