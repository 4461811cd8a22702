// The life of a command that the engine was told to start: its output into a sink, then its exit. Knows no limits; whoever has
// enough ends the command and then lets go of it.

import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import type { OutputStream } from '../../ports/container-access.ts';
import { createDemuxer } from '../demux.ts';
import type { EngineClient } from '../engine-client.ts';
import { inspectExec, KILLED_EXIT_CODE, waitForExit } from './exec-call.ts';
import { createStartFailureFilter, startFault } from './start-failure.ts';

/** Together how long a container may take to follow a killed command. */
const CONTAINER_LOOKS = 8;
const BETWEEN_LOOKS_MS = 50;
/** Between two looks whether the program runs; no runtime starts one faster than the first. */
const FIRST_LOOK_MS = 25;
const LONGEST_LOOK_MS = 250;

export interface PreparedExec {
  readonly client: EngineClient;
  readonly containerId: string;
  /** The engine's id of the command. */
  readonly execId: string;
  readonly program: string;
  readonly cwd: string | null;
  /** More is not read; the command blocks on it, or `too-large` ends the reading. */
  readonly maxOutputBytes: number;
  readonly onOutput: (stream: OutputStream, chunk: Uint8Array) => void;
  /** The next output is read after this. */
  readonly room: () => Promise<void>;
  readonly containerRuns: (signal: AbortSignal) => Promise<boolean>;
}

export interface ExecExit {
  readonly exitCode: number;
  readonly containerEnded: boolean;
}

export interface ReadExec {
  /** Rejects with OperatorError; a command that was never started is one of them. */
  readonly exit: Promise<ExecExit>;
  /** Resolves when the program runs, or has run; rejects as `exit` when it was never started. */
  readonly begun: Promise<void>;
}

/** `connecting` is the engine's answer to the start. Not bound to a caller's signal: a start that is given up may still happen (security.md 0.4). */
export function readExec(exec: PreparedExec, connecting: Promise<Duplex>, signal: AbortSignal): ReadExec {
  const filter = createStartFailureFilter(exec, exec.onOutput);
  const exit = readToExit({ exec, connecting, filter }, signal);
  const begun = Promise.race([exit.then(() => {}), looksBegun({ exec, connecting, filter }, signal)]);
  exit.catch(() => {}); // told to whoever still waits
  begun.catch(() => {});
  return { exit, begun };
}

interface Reading {
  readonly exec: PreparedExec;
  readonly connecting: Promise<Duplex>;
  readonly filter: ReturnType<typeof createStartFailureFilter>;
}

async function readToExit({ exec, connecting, filter }: Reading, signal: AbortSignal): Promise<ExecExit> {
  const connection = await connecting.catch((thrown: unknown) => {
    const { message } = asOperatorError(thrown);
    throw message.includes('OCI runtime exec failed') ? startFault(exec, message) : thrown;
  });
  const whole = await readOutput({ exec, connection, filter });
  const exitCode = await waitForExit(exec, signal);
  const fault = filter.finish(exitCode);
  if (fault !== null) throw fault;
  if (exitCode === KILLED_EXIT_CODE) return { exitCode, containerEnded: await endsSoon(exec.containerRuns, signal) };
  if (!whole) throw new OperatorError('unavailable', 'the output of a command was cut off');
  return { exitCode, containerEnded: false };
}

/** Never rejects and never resolves for a command that ends first: `exit` knows better. */
async function looksBegun({ exec, connecting, filter }: Reading, signal: AbortSignal): Promise<void> {
  try {
    await connecting;
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS)) {
      await sleep(waitMs, undefined, { signal });
      if (filter.isPassed()) return;
      const { running, begun, exitCode } = await inspectExec(exec.client, exec.execId, signal);
      if (running && begun) return;
      if (exitCode !== null) break;
    }
  } catch {
    // the exit is told of the same fault
  }
  await new Promise<never>(() => {});
}

/** Reads no faster than there is room. False when the output ended within a frame. */
async function readOutput({
  exec,
  connection,
  filter,
}: {
  exec: PreparedExec;
  connection: Duplex;
  filter: Reading['filter'];
}): Promise<boolean> {
  const demuxer = createDemuxer({ onOutput: filter.onOutput, maxBytes: exec.maxOutputBytes });
  connection.on('error', () => {}); // of writing: a command need not read its input; those of reading end the loop
  try {
    for await (const chunk of connection) {
      demuxer.push(chunk as Buffer); // no encoding is set, so it yields buffers
      await exec.room();
    }
  } catch (thrown) {
    if (thrown !== connection.errored) throw asOperatorError(thrown);
    throw new OperatorError('unavailable', 'the connection to a command broke', { cause: thrown });
  }
  return demuxer.isAtFrameEnd();
}

/** A killed command may be the first sign that its container dies; the engine notes the container a moment later. */
async function endsSoon(containerRuns: PreparedExec['containerRuns'], signal: AbortSignal): Promise<boolean> {
  for (let look = 0; look < CONTAINER_LOOKS; look += 1) {
    if (!(await containerRuns(signal))) return true;
    await sleep(BETWEEN_LOOKS_MS, undefined, { signal });
  }
  return false;
}
