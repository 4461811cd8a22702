// Commands in sessions by the engine's exec. Arguments go to the program as they are; no shell is put around them. Whatever
// ends the wait for a command (time limit, caller, fault) ends the command first.

import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { asOperatorError, isFault, OperatorError } from '../lib/errors.ts';
import type { CommandOutcome, CommandToRun, ContainerAccess } from '../ports/container-access.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';
import type { Log } from '../ports/log.ts';
import { createDemuxer } from './demux.ts';
import type { EngineClient } from './engine-client.ts';
import { containerGone, inspectExec, KILLED_EXIT_CODE, prepareExec, startExec, waitForExit } from './exec-call.ts';
import { endCommand, MARK_VARIABLE, type MarkedCommand } from './exec-kill.ts';
import type { OwnedContainers } from './owned-containers.ts';
import { createStartFailureFilter, startFault } from './start-failure.ts';

export interface ExecAccessParts {
  readonly client: EngineClient;
  readonly owned: OwnedContainers;
  readonly inspect: ContainerEngine['inspect'];
  readonly log: Log;
}

type OnOutput = Parameters<ContainerAccess['run']>[2];
type EndedBy = 'timedOut' | 'cancelled';

interface Run {
  readonly containerId: string;
  readonly command: CommandToRun;
  readonly onOutput: OnOutput;
}

/** A command that writes more than this is ended: reading it would cost the controller more than it could be worth. */
const MAX_OUTPUT_BYTES = 64 * 1_048_576;
/** After everything was killed: for the last output to arrive. */
const LAST_OUTPUT_WITHIN_MS = 2_000;

export function createExecAccess(parts: ExecAccessParts): ContainerAccess {
  return {
    run: (containerId, command, onOutput, signal) => runCommand(parts, { containerId, command, onOutput }, signal),
  };
}

async function runCommand(parts: ExecAccessParts, run: Run, signal: AbortSignal): Promise<CommandOutcome> {
  const { containerId, command } = run;
  const startedMs = performance.now();
  const outcome = (part: Partial<CommandOutcome>): CommandOutcome => ({
    exitCode: null,
    timedOut: false,
    cancelled: false,
    containerEnded: false,
    durationMs: Math.round(performance.now() - startedMs),
    ...part,
  });
  checkCommand(command);
  const limit = startLimit(command.timeoutMs, signal);
  try {
    const mark = randomUUID();
    const execId = await prepare(parts, { containerId, command, mark }, limit.signal);
    if (execId === null) return outcome(endedBy(signal));
    const marked: MarkedCommand = { containerId, execId, user: command.user, mark };
    const following = follow(parts, run, execId);
    const first = await Promise.race([following.exit, limit.reached]).catch(async (thrown: unknown) => {
      await endAfterFault(parts, { thrown, marked, following });
      throw thrown;
    });
    if (typeof first !== 'string') return outcome(first);
    await following.started;
    const containerEnded = await endCommand(parts, marked, new AbortController().signal);
    await following.settle();
    return outcome({ ...endedBy(signal), containerEnded });
  } finally {
    limit.stop();
  }
}

const endedBy = (signal: AbortSignal): Partial<CommandOutcome> =>
  signal.aborted ? { cancelled: true } : { timedOut: true };

function checkCommand({ argv, user }: CommandToRun): void {
  if (argv.length === 0 || argv[0] === '') throw new OperatorError('invalid', 'the command has no program');
  if (!/^\d+:\d+$/.test(user)) {
    throw new OperatorError('invalid', `a command runs as "<uid>:<gid>", both numeric; got ${JSON.stringify(user)}`);
  }
}

/** null when the time was over before anything ran. */
async function prepare(
  parts: ExecAccessParts,
  { containerId, command, mark }: { containerId: string; command: CommandToRun; mark: string },
  signal: AbortSignal,
): Promise<string | null> {
  const others = command.env.filter(({ name }) => name !== MARK_VARIABLE);
  const request = {
    argv: command.argv,
    env: [...others, { name: MARK_VARIABLE, value: mark }],
    cwd: command.cwd,
    user: command.user,
    attachStdin: command.stdin !== null,
  };
  try {
    await requireOwned(parts, containerId, signal);
    return await prepareExec(parts.client, containerId, request, signal);
  } catch (thrown) {
    if (signal.aborted) return null;
    throw thrown;
  }
}

/** After a restart nothing is known yet, so an unknown container is looked at before it is refused. */
async function requireOwned(
  { owned, inspect }: ExecAccessParts,
  containerId: string,
  signal: AbortSignal,
): Promise<void> {
  if (!owned.has(containerId) && (await inspect(containerId, signal)) === null) {
    throw new OperatorError('not-found', `there is no container ${containerId}`);
  }
  owned.require(containerId, 'run a command in');
}

interface Following {
  /** The exit, or a fault. */
  readonly exit: Promise<{ readonly exitCode: number; readonly containerEnded: boolean }>;
  /** Resolves when the engine has said whether it started the command, or does not answer. */
  readonly started: Promise<void>;
  /** Waits a little for the last output, then lets go of the connection. */
  settle(): Promise<void>;
}

/**
 * Not bound to the caller's signal: a start that is given up may still happen (security.md 0.4), so it is always waited for
 * and then ended.
 */
function follow(parts: ExecAccessParts, { containerId, command, onOutput }: Run, execId: string): Following {
  const { client } = parts;
  const done = new AbortController();
  const attempt = { program: command.argv[0] ?? '', cwd: command.cwd };
  const filter = createStartFailureFilter(attempt, onOutput);
  const stream = startExec(client, { execId, stdin: command.stdin !== null }, done.signal);

  const containerRuns = async (signal: AbortSignal): Promise<boolean> => {
    const found = await parts.inspect(containerId, signal);
    if (found === null) throw containerGone(containerId);
    return found.ours && (found.container.state === 'running' || found.container.state === 'paused');
  };

  async function exit(): Promise<{ exitCode: number; containerEnded: boolean }> {
    const connection = await stream.catch((thrown: unknown) => {
      const { message } = asOperatorError(thrown);
      throw message.includes('OCI runtime exec failed') ? startFault(attempt, message) : thrown;
    });
    await readOutput(connection, command.stdin, filter.onOutput);
    const exitCode = await waitForExit({ client, execId, containerId, containerRuns }, done.signal);
    const fault = filter.finish(exitCode);
    if (fault !== null) throw fault;
    return { exitCode, containerEnded: exitCode === KILLED_EXIT_CODE && !(await containerRuns(done.signal)) };
  }

  const exiting = exit();
  exiting.catch(() => {}); // awaited by whoever still waits; nobody does after the time limit
  return {
    exit: exiting,
    started: stream.then(
      () => {},
      () => {},
    ),
    settle: async () => {
      await Promise.race([exiting.catch(() => {}), sleep(LAST_OUTPUT_WITHIN_MS, undefined, { ref: false })]);
      done.abort();
      await stream.then(
        (connection) => connection.destroy(),
        () => {},
      );
    },
  };
}

/** Reads as fast as `onOutput` takes it, since the loop waits for it. */
async function readOutput(connection: Duplex, stdin: Uint8Array | null, onOutput: OnOutput): Promise<void> {
  const demuxer = createDemuxer({ onOutput, maxBytes: MAX_OUTPUT_BYTES });
  const onWriteError = (): void => {}; // a command need not read its input; faults of reading surface in the loop
  connection.on('error', onWriteError);
  if (stdin !== null) connection.end(stdin);
  try {
    for await (const chunk of connection) demuxer.push(chunk as Buffer); // no encoding is set, so it yields buffers
  } catch (thrown) {
    if (thrown instanceof OperatorError) throw thrown;
    throw new OperatorError('unavailable', 'the connection to a command broke', { cause: thrown });
  }
}

/** Where the command may be running without anybody who listens, it is ended; the fault is told either way. */
async function endAfterFault(
  parts: ExecAccessParts,
  { thrown, marked, following }: { thrown: unknown; marked: MarkedCommand; following: Following },
): Promise<void> {
  const neverRan = ['invalid', 'not-found', 'forbidden'].some((kind) => isFault(thrown, kind as 'invalid')); // each is a FaultKind
  if (!neverRan && (await mayRun(parts, marked))) {
    await endCommand(parts, marked, new AbortController().signal).catch((cause: unknown) => {
      parts.log.error('a command may still run', {
        container: marked.containerId,
        error: asOperatorError(cause).message,
      });
    });
  }
  await following.settle();
}

async function mayRun({ client }: ExecAccessParts, { execId }: MarkedCommand): Promise<boolean> {
  try {
    const { running, exitCode } = await inspectExec(client, execId, new AbortController().signal);
    return running || exitCode === null;
  } catch (thrown) {
    return !isFault(thrown, 'not-found');
  }
}

interface Limit {
  /** Aborts at the time limit or with the caller's signal. */
  readonly signal: AbortSignal;
  readonly reached: Promise<EndedBy>;
  stop(): void;
}

function startLimit(timeoutMs: number, signal: AbortSignal): Limit {
  const controller = new AbortController();
  const { promise: reached, resolve } = Promise.withResolvers<EndedBy>();
  const end = (by: EndedBy): void => {
    controller.abort();
    resolve(by);
  };
  const onAbort = (): void => end('cancelled');
  const timer = setTimeout(() => end('timedOut'), timeoutMs);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    reached,
    stop: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
