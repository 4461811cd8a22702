// Starts a prepared command and follows it to its exit: output, standard input, exit code. Knows no limits; whoever has
// enough ends the command and then lets go of it here.

import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { CommandToRun, OutputStream } from '../ports/container-access.ts';
import { createDemuxer } from './demux.ts';
import type { EngineClient } from './engine-client.ts';
import { KILLED_EXIT_CODE, startExec, waitForExit } from './exec-call.ts';
import { createStartFailureFilter, startFault } from './start-failure.ts';

/** A command that writes more than this is ended: reading it would cost the controller more than it could be worth. */
const MAX_OUTPUT_BYTES = 64 * 1_048_576;
/** After everything was killed: for the last output to arrive. */
const LAST_OUTPUT_WITHIN_MS = 2_000;
/** Together how long a container may take to follow a killed command. */
const CONTAINER_LOOKS = 8;
const BETWEEN_LOOKS_MS = 50;

export interface PreparedCommand {
  readonly client: EngineClient;
  readonly containerId: string;
  readonly execId: string;
  readonly command: CommandToRun;
  readonly onOutput: (stream: OutputStream, chunk: Uint8Array) => void;
  readonly containerRuns: (signal: AbortSignal) => Promise<boolean>;
}

export interface CommandExit {
  readonly exitCode: number;
  readonly containerEnded: boolean;
}

export interface FollowedCommand {
  /** Rejects with OperatorError; a command that was never started is one of them. */
  readonly exit: Promise<CommandExit>;
  /** Resolves when the engine has said whether it started the command, or does not answer. */
  readonly started: Promise<void>;
  /** Waits a little for the exit and the last output, then lets go of the connection. Never rejects. */
  settle(): Promise<void>;
}

/** Not bound to a caller's signal: a start that is given up may still happen (security.md 0.4), so it is always waited for. */
export function followCommand(prepared: PreparedCommand): FollowedCommand {
  const { client, execId, command } = prepared;
  const done = new AbortController();
  const connecting = startExec(client, { execId, stdin: command.stdin !== null }, done.signal);
  const exit = followToExit(prepared, connecting, done.signal);
  exit.catch(() => {}); // told to whoever still waits; after the time limit nobody does
  const ignore = (): void => {};
  return {
    exit,
    started: connecting.then(ignore, ignore),
    settle: async () => {
      const patience = sleep(LAST_OUTPUT_WITHIN_MS, undefined, { signal: done.signal }).catch(ignore);
      await Promise.race([exit.then(ignore, ignore), patience]);
      done.abort();
      await connecting.then((connection) => connection.destroy(), ignore);
    },
  };
}

async function followToExit(
  prepared: PreparedCommand,
  connecting: Promise<Duplex>,
  signal: AbortSignal,
): Promise<CommandExit> {
  const { client, containerId, execId, command, containerRuns } = prepared;
  const attempt = { program: command.argv[0] ?? '', cwd: command.cwd };
  const connection = await connecting.catch((thrown: unknown) => {
    const { message } = asOperatorError(thrown);
    throw message.includes('OCI runtime exec failed') ? startFault(attempt, message) : thrown;
  });
  const filter = createStartFailureFilter(attempt, prepared.onOutput);
  const whole = await readOutput(connection, { stdin: command.stdin, onOutput: filter.onOutput });
  const exitCode = await waitForExit({ client, execId, containerId, containerRuns }, signal);
  const fault = filter.finish(exitCode);
  if (fault !== null) throw fault;
  if (exitCode === KILLED_EXIT_CODE) return { exitCode, containerEnded: await endsSoon(containerRuns, signal) };
  if (!whole) throw new OperatorError('unavailable', 'the output of a command was cut off');
  return { exitCode, containerEnded: false };
}

/** Reads no faster than `onOutput` takes it, since the loop waits for it. False when the output ended within a frame. */
async function readOutput(
  connection: Duplex,
  { stdin, onOutput }: Pick<PreparedCommand, 'onOutput'> & Pick<CommandToRun, 'stdin'>,
): Promise<boolean> {
  const demuxer = createDemuxer({ onOutput, maxBytes: MAX_OUTPUT_BYTES });
  connection.on('error', () => {}); // of writing: a command need not read its input; those of reading end the loop
  if (stdin !== null) connection.end(stdin);
  try {
    for await (const chunk of connection) demuxer.push(chunk as Buffer); // no encoding is set, so it yields buffers
  } catch (thrown) {
    if (thrown !== connection.errored) throw asOperatorError(thrown);
    throw new OperatorError('unavailable', 'the connection to a command broke', { cause: thrown });
  }
  return demuxer.isAtFrameEnd();
}

/** A killed command may be the first sign that its container dies; the engine notes the container a moment later. */
async function endsSoon(containerRuns: PreparedCommand['containerRuns'], signal: AbortSignal): Promise<boolean> {
  for (let look = 0; look < CONTAINER_LOOKS; look += 1) {
    if (!(await containerRuns(signal))) return true;
    await sleep(BETWEEN_LOOKS_MS, undefined, { signal });
  }
  return false;
}
