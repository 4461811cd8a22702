// Commands in sessions by the engine's exec, for sessions without the session init. Arguments go to the program as they are; no
// shell is put around them.

import { randomUUID } from 'node:crypto';

import { asOperatorError, isFault, OperatorError } from '../../lib/errors.ts';
import type { CommandToStart, SessionFiles } from '../../ports/container-access.ts';
import type { Way } from '../attach/init-access.ts';
import { withoutInit } from '../session-init-needed.ts';
import { prepareExec } from './exec-call.ts';
import { ExecCommand, type ExecCommandParts } from './exec-command.ts';
import { MARK_VARIABLE, type MarkedCommand } from './exec-kill.ts';
import { createKeptCommands } from './kept-commands.ts';

export interface ExecAccessParts extends Omit<ExecCommandParts, 'letGo'> {
  /** Rejects with `not-found` for a container that is gone, and with `forbidden` for one that is not ours. */
  readonly requireOurs: (containerId: string, signal: AbortSignal) => Promise<void>;
}

export function createExecAccess(parts: ExecAccessParts): Way {
  const kept = createKeptCommands<ExecCommand>();
  const unsupported = (what: string) => async (): Promise<never> => {
    throw withoutInit(what);
  };
  return {
    start: async (containerId, command, signal) => {
      checkCommand(command);
      const { execId } = command;
      kept.reserve(containerId, execId);
      try {
        const marked = await prepare(parts, { containerId, command }, signal);
        const letGo = (): void => kept.forget(containerId, execId);
        const started = new ExecCommand({ ...parts, letGo }, marked, command);
        kept.put(containerId, started);
        void started.over.then(() => kept.ended(containerId, execId));
        await begun(started, signal);
        return started;
      } catch (thrown) {
        kept.forget(containerId, execId);
        throw containerAtRest(thrown);
      }
    },
    find: async (containerId, execId) => kept.find(containerId, execId),
    list: (containerId) =>
      Promise.all(
        kept.all(containerId).map(async (command) => ({ execId: command.execId, state: await command.state() })),
      ),
    files: () => filesWithoutInit,
    connect: unsupported('a port forward'),
    followMain: unsupported('the output of the main command'),
  };
}

const noFiles = async (): Promise<never> => {
  throw withoutInit('access to files');
};
const filesWithoutInit: SessionFiles = {
  stat: noFiles,
  list: noFiles,
  read: noFiles,
  write: noFiles,
  makeDirectory: noFiles,
  remove: noFiles,
};

/** Waits for the program, and leaves none behind for a caller who has gone. */
async function begun(started: ExecCommand, signal: AbortSignal): Promise<void> {
  await started.begun;
  if (!signal.aborted) return;
  await started.kill(new AbortController().signal);
  throw new OperatorError('cancelled', 'starting a command was cancelled');
}

function checkCommand({ argv, user, tty }: CommandToStart): void {
  if (argv.length === 0 || argv[0] === '') throw new OperatorError('invalid', 'the command has no program');
  if (!/^\d+:\d+$/.test(user)) {
    throw new OperatorError('invalid', `a command runs as "<uid>:<gid>", both numeric; got ${JSON.stringify(user)}`);
  }
  if (tty !== null) throw withoutInit('a terminal');
}

async function prepare(
  parts: ExecAccessParts,
  { containerId, command }: { readonly containerId: string; readonly command: CommandToStart },
  signal: AbortSignal,
): Promise<MarkedCommand> {
  const { argv, cwd, user, stdin } = command;
  const mark = randomUUID();
  const others = command.env.filter(({ name }) => name !== MARK_VARIABLE);
  const env = [...others, { name: MARK_VARIABLE, value: mark }];
  await parts.requireOurs(containerId, signal);
  const request = { containerId, argv, env, cwd, user, attachStdin: stdin === 'open' };
  const execId = await prepareExec(parts.client, request, signal);
  return { containerId, execId, user, mark };
}

/** The engine calls a stopped or paused container a conflict; for a command it means: not now. */
function containerAtRest(thrown: unknown): unknown {
  if (!isFault(thrown, 'conflict')) return thrown;
  return new OperatorError('unavailable', asOperatorError(thrown).message, { cause: thrown });
}
