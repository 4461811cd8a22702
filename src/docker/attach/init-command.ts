// A command of a session that the session init runs. Whatever happens to a connection, the command goes on, and the next channel
// finds it again by its id.

import { setTimeout as sleep } from 'node:timers/promises';

import { isFault, OperatorError } from '../../lib/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { Command, CommandState, OutputPart, TerminalSize } from '../../ports/container-access.ts';
import { withDeadline } from '../../process/deadline.ts';
import type { Turns } from '../turns.ts';
import type { Channel } from './channel.ts';
import { writeInput } from './command-input.ts';
import { ANSWER_WITHIN_MS, endedWithContainer, findListed, type ListedCommand } from './command-list.ts';
import { ask, only } from './exchange.ts';
import { ContainerEnded, requestFault } from './faults.ts';
import { followOn, type Offsets } from './follow.ts';
import { MAX_DATA_BYTES } from './frames.ts';
import type { SessionChannels } from './session-channels.ts';

export interface InitCommandParts {
  readonly channels: SessionChannels;
  /** A container that has ended or gone is fine. */
  readonly killContainer: (containerId: string, signal: AbortSignal) => Promise<void>;
  /** Who follows which command. */
  readonly turns: Turns;
  readonly log: Log;
}

interface Place {
  readonly channel: Channel;
  readonly handle: number;
}

const KILL_WITHIN_MS = 10_000;
const FIRST_LOOK_MS = 2;
const LONGEST_LOOK_MS = 100;
/** Channels that may be lost one after the other without a byte in between. */
const MOST_LOSSES = 5;

export interface KnownCommand {
  readonly containerId: string;
  readonly execId: string;
  readonly place: Place;
  readonly startedAtMs: number;
  /** null: not known, it was not started here. */
  readonly hasInput: boolean | null;
}

export class InitCommand implements Command {
  readonly execId: string;
  readonly #parts: InitCommandParts;
  readonly #known: KnownCommand;
  #place: Place;
  /** The channel that input went to. */
  #inputChannel: Channel | null = null;
  /** Once nothing about it can change. */
  #last: CommandState | null = null;
  #seen = { stdoutBytes: 0, stderrBytes: 0 };

  constructor(parts: InitCommandParts, known: KnownCommand) {
    this.execId = known.execId;
    this.#parts = parts;
    this.#known = known;
    this.#place = known.place;
  }

  async state(signal: AbortSignal): Promise<CommandState> {
    if (this.#last !== null) return this.#last;
    return this.#orEnded(() =>
      this.#retrying(async ({ channel }) => (await this.#listed(channel, signal)).state, signal),
    );
  }

  async follow(
    from: Offsets,
    onOutput: (part: OutputPart) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<CommandState> {
    const key = `${this.#known.containerId}/${this.execId}`;
    return this.#parts.turns.take(
      { key, what: 'the output of a command' },
      (ours) => this.#follow(from, onOutput, ours),
      signal,
    );
  }

  async #follow(
    from: Offsets,
    onOutput: (part: OutputPart) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<CommandState> {
    let offsets = from;
    for (let losses = 0; ; losses += 1) {
      const place = await this.#reach(signal).catch(ended);
      if (place === null) return this.#endedWithContainer();
      const followed = await followOn({ ...place, offsets, onOutput }, signal);
      if (followed.state !== null) return this.#note(followed.state);
      const { stdout, stderr } = followed.offsets;
      if (stdout !== offsets.stdout || stderr !== offsets.stderr) losses = 0;
      offsets = followed.offsets;
      this.#seen = { stdoutBytes: stdout, stderrBytes: stderr };
      const { fault } = place.channel;
      if (fault !== null && (place.channel.superseded || losses >= MOST_LOSSES)) throw fault;
    }
  }

  async read(from: Parameters<Command['read']>[0], signal: AbortSignal): ReturnType<Command['read']> {
    const { stream, offset } = from;
    const limit = Math.min(from.limit, MAX_DATA_BYTES);
    const silence = { ms: ANSWER_WITHIN_MS, before: 'each', ends: 'connection' } as const;
    const answer = await this.#retrying(async ({ channel, handle }) => {
      const body = { handle, stream, offset, limit };
      const request = { name: 'execRead', body, take: only('execData'), refused: requestFault, silence } as const;
      const told = await ask(channel, request, signal);
      if (told.data.byteLength > limit) channel.end(new OperatorError('internal', 'the session init sent too much'));
      return told;
    }, signal);
    return { stream, offset: answer.offset, bytes: answer.data.subarray(0, limit), end: answer.end };
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    if (this.#known.hasInput === false) throw new OperatorError('invalid', 'the command was started without input');
    const place = await this.#reachInput(signal);
    if (place === null) return;
    const isOver = async (): Promise<boolean> => !(await this.#listed(place.channel, signal)).state.running;
    await writeInput({ ...place, bytes, isOver }, signal);
  }

  async endInput(): Promise<void> {
    const place = await this.#reachInput(new AbortController().signal);
    place?.channel.post('execStdinEof', place.handle, {});
  }

  async resize({ rows, columns }: TerminalSize): Promise<void> {
    const { channel, handle } = await this.#reach(new AbortController().signal);
    channel.post('execResize', handle, { rows, columns });
  }

  async sendSignal(signal: number): Promise<void> {
    const { channel, handle } = await this.#reach(new AbortController().signal);
    channel.post('execSignal', handle, { signal });
  }

  async kill(signal: AbortSignal): Promise<CommandState> {
    const { containerId } = this.#known;
    const limit = { ms: KILL_WITHIN_MS, what: 'the end of a command' };
    try {
      return await this.#orEnded(() => withDeadline(limit, (bounded) => this.#endTree(bounded), signal));
    } catch (thrown) {
      if (signal.aborted || isFault(thrown, 'not-found') || isFault(thrown, 'expired')) throw thrown;
      this.#parts.log.warn('killing the container of a command that did not end', { container: containerId });
      await this.#parts.killContainer(containerId, signal);
      return this.#endedWithContainer();
    }
  }

  /** The init does not answer a kill, so it is asked until nothing of the tree is left. */
  #endTree(signal: AbortSignal): Promise<CommandState> {
    return this.#retrying(async ({ channel, handle }) => {
      channel.post('execKill', handle, {});
      for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS)) {
        const { state } = await this.#listed(channel, signal);
        if (!state.running && !state.leftRunning) return state;
        await sleep(waitMs, undefined, { signal });
      }
    }, signal);
  }

  async forget(): Promise<void> {
    const place = await this.#reach(new AbortController().signal).catch(gone);
    place?.channel.post('execForget', place.handle, {});
  }

  async #listed(channel: Channel, signal: AbortSignal): Promise<ListedCommand> {
    const found = await findListed(channel, this.execId, signal);
    if (found === null) throw new OperatorError('expired', `nothing is kept of command ${this.execId}`);
    this.#note(found.state);
    return found;
  }

  #note(state: CommandState): CommandState {
    this.#seen = { stdoutBytes: state.stdoutBytes, stderrBytes: state.stderrBytes };
    if (!state.running && !state.leftRunning) this.#last = state;
    return state;
  }

  /** The handle is asked for anew on each channel: a container that was started again has given it to another command. */
  async #reach(signal: AbortSignal): Promise<Place> {
    for (let losses = 0; ; losses += 1) {
      const channel = await this.#parts.channels.reach(this.#known.containerId, signal);
      if (channel === this.#place.channel) return this.#place;
      try {
        const { handle } = await this.#listed(channel, signal);
        this.#place = { channel, handle };
        return this.#place;
      } catch (thrown) {
        if (isLasting({ channel, losses, signal })) throw thrown; // else lost between its answer and the question
      }
    }
  }

  /** null when the command has ended with its container. Nobody knows how much of the input a lost channel has delivered. */
  async #reachInput(signal: AbortSignal): Promise<Place | null> {
    if (this.#last !== null) return null;
    const place = await this.#reach(signal).catch(gone);
    if (place !== null && this.#inputChannel !== null && this.#inputChannel !== place.channel) {
      throw new OperatorError('unavailable', 'the connection to the command broke: some of its input may be lost');
    }
    this.#inputChannel = place?.channel ?? null;
    return place;
  }

  async #retrying<T>(act: (place: Place) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let losses = 0; ; losses += 1) {
      const place = await this.#reach(signal);
      try {
        return await act(place);
      } catch (thrown) {
        if (isLasting({ channel: place.channel, losses, signal })) throw thrown;
      }
    }
  }

  async #orEnded(act: () => Promise<CommandState>): Promise<CommandState> {
    return (await act().catch(ended)) ?? this.#endedWithContainer();
  }

  #endedWithContainer(): CommandState {
    const durationMs = Math.round(performance.now() - this.#known.startedAtMs);
    this.#last ??= endedWithContainer({ ...this.#seen, durationMs });
    return this.#last;
  }
}

/** Whether a failure is more than a channel that broke, which is made again. */
function isLasting(given: {
  readonly channel: Channel;
  readonly losses: number;
  readonly signal: AbortSignal;
}): boolean {
  const { fault, superseded } = given.channel;
  return fault === null || superseded || given.losses >= MOST_LOSSES || given.signal.aborted;
}

function ended(thrown: unknown): null {
  if (thrown instanceof ContainerEnded) return null;
  throw thrown;
}

function gone(thrown: unknown): null {
  if (isFault(thrown, 'not-found') || isFault(thrown, 'expired')) return null;
  return ended(thrown);
}
