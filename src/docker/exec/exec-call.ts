// The engine's exec as four calls: prepare, start, look, and look until it has ended. No decisions about limits.

import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { OperatorError } from '../../lib/errors.ts';
import { printEnvironment } from '../environment.ts';
import type { EngineClient } from '../engine-client.ts';
import { shortId } from '../engine-errors.ts';
import { parseAnswer } from '../parse-answer.ts';

export interface ExecRequest {
  readonly containerId: string;
  readonly argv: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** null: that of the container. */
  readonly cwd: string | null;
  readonly user: string;
  readonly attachStdin: boolean;
}

export interface ExecState {
  readonly running: boolean;
  /** Whether its program was started, now or earlier. */
  readonly begun: boolean;
  /** null before it has ended. */
  readonly exitCode: number | null;
}

const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 500;

/** Nothing runs yet. Returns the engine's id of the command. A container that does not run rejects with `conflict`. */
export async function prepareExec(client: EngineClient, request: ExecRequest, signal: AbortSignal): Promise<string> {
  const body = {
    Cmd: request.argv,
    Env: printEnvironment(request.env),
    User: request.user,
    AttachStdin: request.attachStdin,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Privileged: false,
    ...(request.cwd === null ? {} : { WorkingDir: request.cwd }),
  };
  const answer = await client.call('execCreate', { target: request.containerId, body }, signal);
  return parseAnswer({ schema: preparedSchema, answer, about: 'a new command' }).Id;
}

/** The raw connection: frames of output come from it, standard input goes into it. */
export function startExec(
  client: EngineClient,
  exec: { readonly execId: string; readonly stdin: boolean },
  signal: AbortSignal,
): Promise<Duplex> {
  const request = { target: exec.execId, body: { Detach: false, Tty: false }, stdin: exec.stdin };
  return client.hijack('execStart', request, signal);
}

const preparedSchema = z.looseObject({ Id: z.string() });
const stateSchema = z.looseObject({
  Running: z.boolean(),
  ExitCode: z.number().nullish(),
  Pid: z.number().nullish(),
});

export async function inspectExec(client: EngineClient, execId: string, signal: AbortSignal): Promise<ExecState> {
  const answer = await client.call('execInspect', { target: execId }, signal);
  const { Running, ExitCode, Pid } = parseAnswer({ schema: stateSchema, answer, about: 'a command' });
  return { running: Running, begun: (Pid ?? 0) > 0, exitCode: Running ? null : (ExitCode ?? null) };
}

/**
 * Looks until the command has ended: its output may have ended before. An engine can forget to note the end of a command
 * when the container dies under it; then `containerRuns` decides and the code is that of a killed process.
 */
export async function waitForExit(
  options: {
    readonly client: EngineClient;
    readonly execId: string;
    readonly containerId: string;
    readonly containerRuns: (signal: AbortSignal) => Promise<boolean>;
  },
  signal: AbortSignal,
): Promise<number> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const { exitCode } = await inspectExec(options.client, options.execId, signal).catch((thrown: unknown) => {
      if (thrown instanceof OperatorError && thrown.kind === 'not-found') throw containerGone(options.containerId);
      throw thrown;
    });
    if (exitCode !== null) return exitCode;
    if (waitMs === LONGEST_WAIT_MS && !(await options.containerRuns(signal))) return KILLED_EXIT_CODE;
    await sleep(waitMs, undefined, { signal });
  }
}

/** 128 + SIGKILL: what a shell and the engine report for a process that was killed. */
export const KILLED_EXIT_CODE = 137;

export function containerGone(containerId: string): OperatorError {
  return new OperatorError('not-found', `container ${shortId(containerId)} was removed while a command ran in it`);
}
