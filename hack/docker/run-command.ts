// Runs one program to its end and keeps the end of what it said, for a message that explains a failure.

import { spawn } from 'node:child_process';

import { OperatorError } from '../../src/lib/errors.ts';

const KEPT_LINES = 8;

export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The last lines of both streams, for messages. */
  readonly lastLines: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Throws OperatorError('unavailable') when the program is not installed. */
export function runCommand({ program, args, cwd, environment }: Command): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let both = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      both += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      both += text;
    });
    child.on('error', (cause) =>
      reject(new OperatorError('unavailable', `cannot run ${program}: ${cause.message}; install it`, { cause })),
    );
    child.on('close', (exitCode) =>
      resolve({ exitCode, stdout, lastLines: both.trim().split('\n').slice(-KEPT_LINES).join('\n') }),
    );
  });
}
