// Commands in sessions by the engine's exec. Arguments go to the program as they are; no shell is put around them. Whatever
// ends the wait for a command (time limit, caller, fault) ends the command first.

import { randomUUID } from 'node:crypto';

import { asOperatorError, isFault, OperatorError } from '../lib/errors.ts';
import type { CommandOutcome, CommandToRun, ContainerAccess } from '../ports/container-access.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';
import type { Log } from '../ports/log.ts';
import type { EngineClient } from './engine-client.ts';
import { containerGone, inspectExec, prepareExec } from './exec-call.ts';
import { followCommand } from './exec-follow.ts';
import { endCommand, MARK_VARIABLE, type MarkedCommand } from './exec-kill.ts';
import { startExecLimit } from './exec-limit.ts';
import type { OwnedContainers } from './owned-containers.ts';

export interface ExecAccessParts {
  readonly client: EngineClient;
  readonly owned: OwnedContainers;
  readonly inspect: ContainerEngine['inspect'];
  readonly log: Log;
}

interface Run {
  readonly containerId: string;
  readonly command: CommandToRun;
  readonly onOutput: Parameters<ContainerAccess['run']>[2];
}

type Ending = Omit<CommandOutcome, 'durationMs'>;

export function createExecAccess(parts: ExecAccessParts): ContainerAccess {
  return {
    run: async (containerId, command, onOutput, signal) => {
      const startedMs = performance.now();
      checkCommand(command);
      const ending = await runCommand(parts, { containerId, command, onOutput }, signal).catch((thrown: unknown) => {
        throw containerAtRest(thrown);
      });
      return { ...ending, durationMs: Math.round(performance.now() - startedMs) };
    },
  };
}

async function runCommand(parts: ExecAccessParts, run: Run, signal: AbortSignal): Promise<Ending> {
  const { containerId, command } = run;
  const limit = startExecLimit(command.timeoutMs, signal);
  const ended = { exitCode: null, timedOut: false, cancelled: false, containerEnded: false };
  try {
    const mark = randomUUID();
    const execId = await prepare(parts, { containerId, command, mark }, limit.signal);
    if (execId === null) return { ...ended, [limit.endedBy() ?? 'cancelled']: true };
    const marked: MarkedCommand = { containerId, execId, user: command.user, mark };
    return { ...ended, ...(await supervise(parts, { run, marked, reached: limit.reached })) };
  } finally {
    limit.stop();
  }
}

/** Follows the command until it exits or has to be ended, and never leaves before it has ended. */
async function supervise(
  parts: ExecAccessParts,
  { run, marked, reached }: { run: Run; marked: MarkedCommand; reached: Promise<'timedOut' | 'cancelled'> },
): Promise<Partial<Ending>> {
  const { client } = parts;
  const containerRuns = (signal: AbortSignal) => isRunning(parts, run.containerId, signal);
  const followed = followCommand({ client, execId: marked.execId, containerRuns, ...run });
  try {
    const first = await Promise.race([followed.exit, reached]);
    if (typeof first !== 'string') return first;
    await followed.started;
    return { [first]: true, containerEnded: await endCommand(parts, marked, new AbortController().signal) };
  } catch (thrown) {
    const unanswered = isFault(thrown, 'timeout') || isFault(thrown, 'unavailable');
    if (await mayRun(parts, { marked, unanswered })) await endUnheard(parts, marked);
    throw thrown;
  } finally {
    await followed.settle();
  }
}

function checkCommand({ argv, user }: CommandToRun): void {
  if (argv.length === 0 || argv[0] === '') throw new OperatorError('invalid', 'the command has no program');
  if (!/^\d+:\d+$/.test(user)) {
    throw new OperatorError('invalid', `a command runs as "<uid>:<gid>", both numeric; got ${JSON.stringify(user)}`);
  }
}

/** null when the limit was reached before anything ran. */
async function prepare(
  parts: ExecAccessParts,
  { containerId, command, mark }: { containerId: string; command: CommandToRun; mark: string },
  signal: AbortSignal,
): Promise<string | null> {
  const others = command.env.filter(({ name }) => name !== MARK_VARIABLE);
  const request = {
    containerId,
    argv: command.argv,
    env: [...others, { name: MARK_VARIABLE, value: mark }],
    cwd: command.cwd,
    user: command.user,
    attachStdin: command.stdin !== null,
  };
  try {
    await requireOwned(parts, containerId, signal);
    return await prepareExec(parts.client, request, signal);
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

async function isRunning({ inspect }: ExecAccessParts, containerId: string, signal: AbortSignal): Promise<boolean> {
  const found = await inspect(containerId, signal);
  if (found === null) throw containerGone(containerId);
  return found.ours && (found.container.state === 'running' || found.container.state === 'paused');
}

/** Whether the command may be running with nobody who listens. A start without an answer may still happen. */
async function mayRun(
  { client }: ExecAccessParts,
  { marked, unanswered }: { marked: MarkedCommand; unanswered: boolean },
): Promise<boolean> {
  try {
    const { running, exitCode } = await inspectExec(client, marked.execId, new AbortController().signal);
    return running || (exitCode === null && unanswered);
  } catch (cause) {
    return !isFault(cause, 'not-found');
  }
}

/** The first fault is the one to tell, so this one goes to the log. */
async function endUnheard(parts: ExecAccessParts, marked: MarkedCommand): Promise<void> {
  try {
    await endCommand(parts, marked, new AbortController().signal);
  } catch (thrown) {
    const error = asOperatorError(thrown).message;
    parts.log.error('a command may still run', { container: marked.containerId, error });
  }
}

/** The engine calls a stopped or paused container a conflict; for a command it means: not now. */
function containerAtRest(thrown: unknown): unknown {
  if (!isFault(thrown, 'conflict')) return thrown;
  return new OperatorError('unavailable', asOperatorError(thrown).message, { cause: thrown });
}
