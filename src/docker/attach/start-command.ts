// Starts a command through the session init. A start whose answer was lost is looked up by the id of the command before it is
// judged; asking again is safe, since the init knows each id once.

import { setTimeout as sleep } from 'node:timers/promises';

import { isFault, OperatorError } from '../../lib/errors.ts';
import { utf8Length } from '../../lib/utf8.ts';
import type { CommandToStart } from '../../ports/container-access.ts';
import type { Channel } from './channel.ts';
import { ANSWER_WITHIN_MS, findListed } from './command-list.ts';
import { ask, only } from './exchange.ts';
import { startFault } from './faults.ts';
import { InitCommand, type InitCommandParts } from './init-command.ts';
import { type Body, START_FLAGS } from './messages.ts';

const MOST_TRIES = 4;
/** A command whose program is just being executed is known and not listed yet; asked again until it is one or the other. */
const MOST_LOOKS = 250;
const BETWEEN_LOOKS_MS = 20;
/** What the init takes, and a little more than any kernel does (execve(2)). */
const MAX_START_BYTES = 2_359_296;
/** Of the numbers and lengths beside arguments, environment and directory. */
const REST_BYTES = 256;

/** Rejects as `ContainerAccess.start` says. A caller who leaves after the start was sent leaves no command behind. */
export async function startCommand(
  parts: InitCommandParts,
  { containerId, command }: { readonly containerId: string; readonly command: CommandToStart },
  signal: AbortSignal,
): Promise<InitCommand> {
  const body = startBody(command);
  for (let attempt = 1; ; attempt += 1) {
    const channel = await parts.channels.reach(containerId, signal).catch((thrown: unknown) => {
      throw attempt > 1 ? unknownStart(thrown) : thrown;
    });
    try {
      const handle = await startOn(channel, { command, body, isRepeated: attempt > 1 });
      const started = commandOf(parts, { containerId, command, channel, handle });
      if (!signal.aborted) return started;
      await started.kill(new AbortController().signal);
      await started.forget();
      throw new OperatorError('cancelled', 'starting a command was cancelled');
    } catch (thrown) {
      if (channel.fault === null || channel.superseded || attempt >= MOST_TRIES) throw thrown;
    }
  }
}

const unknownStart = (cause: unknown): OperatorError =>
  new OperatorError('unavailable', 'the connection broke while a command was started: it may run', { cause });

/** A command that runs or is kept; null for none. */
export async function findCommand(
  parts: InitCommandParts,
  { containerId, execId }: { readonly containerId: string; readonly execId: string },
  signal: AbortSignal,
): Promise<InitCommand | null> {
  for (let attempt = 1; ; attempt += 1) {
    const channel = await parts.channels.reach(containerId, signal);
    try {
      const found = await findListed(channel, execId, signal);
      if (found === null) return null;
      const place = { channel, handle: found.handle };
      const startedAtMs = performance.now() - found.state.durationMs;
      return new InitCommand(parts, { containerId, execId, place, startedAtMs, hasInput: null });
    } catch (thrown) {
      if (channel.fault === null || channel.superseded || attempt >= MOST_TRIES) throw thrown;
    }
  }
}

interface Starting {
  readonly command: CommandToStart;
  readonly body: Body<'execStart'>;
  /** The init may have got it before. */
  readonly isRepeated: boolean;
}

/** The handle. Not bound to the caller's signal: what was sent may happen. */
async function startOn(channel: Channel, { command, body, isRepeated }: Starting): Promise<number> {
  const { execId, argv, cwd } = command;
  const signal = new AbortController().signal;
  if (isRepeated) {
    const found = await findListed(channel, execId, signal);
    if (found !== null) return found.handle;
  }
  const refused = startFault({ execId, program: argv[0] ?? '', cwd });
  const silence = { ms: ANSWER_WITHIN_MS, before: 'each', ends: 'connection' } as const;
  const request = { name: 'execStart', body, take: only('execStarted'), refused, silence } as const;
  for (let look = 1; ; look += 1) {
    try {
      const { handle, stdinCredit } = await ask(channel, request, signal);
      if (stdinCredit > 0) channel.addInputCredit(handle, stdinCredit);
      return handle;
    } catch (thrown) {
      if (!isRepeated || !isFault(thrown, 'already-exists')) throw thrown;
      const found = await findListed(channel, execId, signal); // the first one arrived late
      if (found !== null) return found.handle;
      if (look >= MOST_LOOKS) throw thrown;
      await sleep(BETWEEN_LOOKS_MS);
    }
  }
}

function commandOf(
  parts: InitCommandParts,
  {
    containerId,
    command,
    ...place
  }: { containerId: string; command: CommandToStart; channel: Channel; handle: number },
): InitCommand {
  const { execId, stdin } = command;
  const startedAtMs = performance.now();
  return new InitCommand(parts, { containerId, execId, place, startedAtMs, hasInput: stdin === 'open' });
}

function startBody(command: CommandToStart): Body<'execStart'> {
  const { execId, argv, stdin, tty, lossless, timeoutMs, keepBytes } = command;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(execId)) {
    throw new OperatorError(
      'invalid',
      `the id of a command is 1 to 64 of [A-Za-z0-9_-]; got ${JSON.stringify(execId)}`,
    );
  }
  const env = command.env.map(({ name, value }) => `${name}=${value}`);
  const cwd = command.cwd ?? '';
  const bytes = [...argv, ...env, cwd].reduce((sum, text) => sum + 4 + utf8Length(text), REST_BYTES);
  if (bytes > MAX_START_BYTES) {
    throw new OperatorError(
      'invalid',
      `arguments and environment of a command take ${bytes} bytes; at most ${MAX_START_BYTES} fit`,
    );
  }
  const flags =
    (stdin === 'open' ? START_FLAGS.stdin : 0) |
    (tty === null ? 0 : START_FLAGS.tty) |
    (lossless ? START_FLAGS.lossless : 0);
  return {
    key: execId,
    argv,
    env,
    cwd,
    timeLimitMs: timeoutMs,
    cpuSeconds: 0,
    openFiles: 0,
    spoolBytes: keepBytes,
    flags,
    rows: tty?.rows ?? 0,
    columns: tty?.columns ?? 0,
    // Subscribed from the start, a lossless command waits for whoever follows it; one byte comes again with the real subscription.
    credit: lossless ? 1 : 0,
  };
}
