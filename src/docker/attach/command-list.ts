// Commands that a session init knows, and what it says of them.

import type { CommandState } from '../../ports/container-access.ts';
import type { Channel } from './channel.ts';
import { ask, unexpected } from './exchange.ts';
import { requestFault } from './faults.ts';
import { type ExecState, STATE_FLAGS } from './messages.ts';
import { malformed } from './payload.ts';

export interface ListedCommand {
  readonly execId: string;
  readonly handle: number;
  readonly state: CommandState;
}

/** Many times what the init keeps. */
const MOST_COMMANDS = 4096;
export const ANSWER_WITHIN_MS = 10_000;
/** 128 + SIGKILL: what the engine's exec reports for a command that went with its container. */
const KILLED_EXIT_CODE = 137;
const SIGKILL = 9;

/** null when the init knows none of this id. */
export async function findListed(channel: Channel, execId: string, signal: AbortSignal): Promise<ListedCommand | null> {
  return (await listCommands(channel, signal)).find((listed) => listed.execId === execId) ?? null;
}

/** All that run or are kept, oldest first. */
export async function listCommands(channel: Channel, signal: AbortSignal): Promise<readonly ListedCommand[]> {
  const listed: ListedCommand[] = [];
  return ask(
    channel,
    {
      name: 'execList',
      body: {},
      take: (message) => {
        if (message.name === 'execListEnd') return { result: listed };
        if (message.name !== 'execListItem') throw unexpected(message);
        if (listed.length >= MOST_COMMANDS) throw malformed(`lists more than ${MOST_COMMANDS} commands`);
        const { key, handle } = message.body;
        listed.push({ execId: key, handle, state: stateOf(message.body) });
        return null;
      },
      refused: requestFault,
      silence: { ms: ANSWER_WITHIN_MS, before: 'each', ends: 'connection' },
    },
    signal,
  );
}

export function stateOf(told: ExecState): CommandState {
  const { state, code, flags } = told;
  const signal = state === 'signalled' ? (code >= 1 && code <= 64 ? code : SIGKILL) : null;
  return {
    running: state === 'running',
    exitCode: state === 'exited' ? code & 0xff : null,
    signal: state === 'lost' ? SIGKILL : signal,
    timedOut: (flags & STATE_FLAGS.timedOut) !== 0,
    killed: (flags & STATE_FLAGS.killed) !== 0,
    containerEnded: false,
    leftRunning: (flags & STATE_FLAGS.leftRunning) !== 0,
    durationMs: told.wallMs,
    cpuMs: told.cpuMs,
    stdoutBytes: told.stdoutBytes,
    stderrBytes: told.stderrBytes,
  };
}

/** Of a command whose container ended under it. */
export function endedWithContainer(seen: {
  readonly durationMs: number;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}): CommandState {
  return {
    ...seen,
    running: false,
    exitCode: KILLED_EXIT_CODE,
    signal: null,
    timedOut: false,
    killed: false,
    containerEnded: true,
    leftRunning: false,
    cpuMs: null,
  };
}
