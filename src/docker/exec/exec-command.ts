// A command that the engine's exec runs. It is this process that keeps its output, counts its time and ends it, so it is known for as
// long as this process lives; what it started goes on beyond that.

import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { asOperatorError, isFault, OperatorError } from '../../lib/errors.ts';
import type { Command, CommandState, CommandToStart, OutputPart, OutputStream } from '../../ports/container-access.ts';
import type { Log } from '../../ports/log.ts';
import { orAborted } from '../../process/deadline.ts';
import type { EngineClient } from '../engine-client.ts';
import { withoutInit } from '../session-init-needed.ts';
import type { Turns } from '../turns.ts';
import { inspectExec, startExec } from './exec-call.ts';
import { endCommand, type MarkedCommand } from './exec-kill.ts';
import { ExecOutput } from './exec-output.ts';
import { type ExecExit, readExec } from './read-exec.ts';

export interface ExecCommandParts {
  /** Nothing of the command is wanted any more. */
  readonly letGo: () => void;
  readonly client: EngineClient;
  readonly log: Log;
  /** Who follows which command. */
  readonly turns: Turns;
  readonly containerRuns: (containerId: string, signal: AbortSignal) => Promise<boolean>;
}

/** A command that writes more than this is ended: reading it would cost this process more than it could be worth. */
const MAX_OUTPUT_BYTES = 64 * 1_048_576;
/** After everything was killed: for the last output to arrive. */
const LAST_OUTPUT_WITHIN_MS = 2_000;
const SIGKILL = 9;

type EndedBy = 'timedOut' | 'killed';

export class ExecCommand implements Command {
  readonly execId: string;
  /** Resolves when the program runs; rejects when it was never started. */
  readonly begun: Promise<void>;
  /** Resolves when the command has ended, however. */
  readonly over: Promise<void>;
  readonly #parts: ExecCommandParts;
  readonly #marked: MarkedCommand;
  readonly #hasInput: boolean;
  readonly #output: ExecOutput;
  readonly #connecting: Promise<Duplex>;
  readonly #done = new AbortController();
  readonly #startedAtMs = performance.now();
  #ending: { readonly by: EndedBy; readonly state: Promise<CommandState> } | null = null;
  #state: CommandState | null = null;
  /** Why its end or its output is not known. */
  #fault: OperatorError | null = null;

  /** Starts it: `marked` was prepared with the engine and never started. */
  constructor(parts: ExecCommandParts, marked: MarkedCommand, command: CommandToStart) {
    this.execId = command.execId;
    this.#parts = parts;
    this.#marked = marked;
    this.#hasInput = command.stdin === 'open';
    this.#output = new ExecOutput(command);
    this.#connecting = startExec(parts.client, { execId: marked.execId, stdin: this.#hasInput }, this.#done.signal);
    const { containerId, execId } = marked;
    const reading = readExec(
      {
        client: parts.client,
        containerId,
        execId,
        program: command.argv[0] ?? '',
        cwd: command.cwd,
        maxOutputBytes: command.lossless ? Infinity : MAX_OUTPUT_BYTES,
        onOutput: (stream, chunk) => this.#output.push(stream, chunk),
        room: () => this.#output.room(),
        containerRuns: (signal) => parts.containerRuns(containerId, signal),
      },
      this.#connecting,
      this.#done.signal,
    );
    this.begun = reading.begun;
    const timer = setTimeout(() => void this.#end('timedOut').catch(() => {}), command.timeoutMs); // the fault is kept
    this.over = this.#settle(reading.exit).finally(() => clearTimeout(timer));
  }

  /** Memory that its output takes. */
  get heldBytes(): number {
    return this.#output.heldBytes;
  }

  get isOver(): boolean {
    return this.#state !== null || this.#fault !== null;
  }

  async state(): Promise<CommandState> {
    if (this.#state === null && this.#fault !== null) throw this.#fault;
    return this.#state ?? this.#stateWith({ running: true });
  }

  async follow(
    from: Readonly<Record<OutputStream, number>>,
    onOutput: (part: OutputPart) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<CommandState> {
    const key = `${this.#marked.containerId}/${this.execId}`;
    const wanted = { key, what: 'the output of a command' };
    await this.#parts.turns.take(wanted, (ours) => this.#output.follow(from, onOutput, ours), signal);
    if (this.#fault !== null) throw this.#fault;
    return this.state();
  }

  async read(from: Parameters<Command['read']>[0]): ReturnType<Command['read']> {
    return this.#output.read(from);
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    if (!this.#hasInput) throw new OperatorError('invalid', 'the command was started without input');
    const connection = await this.#connecting;
    if (this.isOver || !connection.writable || connection.write(bytes)) return;
    const closed = finished(connection, { readable: false }).catch(() => {}); // a command that has ended takes nothing
    const drained = new Promise<void>((resolve) => connection.once('drain', resolve));
    await orAborted(Promise.race([drained, closed, this.over]), signal).catch((thrown: unknown) => {
      throw new OperatorError('cancelled', 'writing to a command was cancelled', { cause: thrown });
    });
  }

  async endInput(): Promise<void> {
    const connection = await this.#connecting;
    if (this.#hasInput && !this.isOver) connection.end();
  }

  resize(): Promise<never> {
    return Promise.reject(withoutInit('a terminal'));
  }

  async sendSignal(signal: number): Promise<void> {
    if (signal !== SIGKILL) throw withoutInit('a signal');
    await this.#end('killed');
  }

  async kill(signal: AbortSignal): Promise<CommandState> {
    if (!this.isOver) return orAborted(this.#end('killed'), signal);
    const containerEnded = await endCommand(this.#parts, this.#marked, signal);
    const state = await this.state();
    return containerEnded ? { ...state, containerEnded } : state;
  }

  async forget(): Promise<void> {
    if (this.isOver) this.#parts.letGo();
  }

  #end(by: EndedBy): Promise<CommandState> {
    this.#ending ??= { by, state: this.#kill(by) };
    return this.#ending.state;
  }

  /** Never before it was started: a mark that nobody carries yet is not found. */
  async #kill(by: EndedBy): Promise<CommandState> {
    await this.#connecting.catch(() => {}); // told by `begun`
    const containerEnded = await endCommand(this.#parts, this.#marked, new AbortController().signal);
    await Promise.race([this.over, sleep(LAST_OUTPUT_WITHIN_MS, undefined, { ref: false })]);
    this.#state ??= this.#stateWith({ signal: SIGKILL, [by]: true, containerEnded });
    this.#output.finish(); // nobody is waited for any more
    this.#done.abort();
    return this.#state;
  }

  async #settle(exit: Promise<ExecExit>): Promise<void> {
    try {
      const { exitCode, containerEnded } = await exit;
      const by = this.#ending?.by;
      const how = by === undefined ? { exitCode } : { signal: SIGKILL, [by]: true };
      this.#state ??= this.#stateWith({ ...how, containerEnded });
    } catch (thrown) {
      this.#fault = asOperatorError(thrown);
      await this.#endUnheard(this.#fault);
    } finally {
      this.#output.finish();
      this.#done.abort();
      await this.#connecting.then(
        (connection) => connection.destroy(),
        () => {},
      );
    }
  }

  /** It may run with nobody who listens. The first fault is the one to tell, so another goes to the log. */
  async #endUnheard(fault: OperatorError): Promise<void> {
    if (this.#ending !== null || !(await this.#mayRun(fault))) return;
    try {
      const containerEnded = await endCommand(this.#parts, this.#marked, new AbortController().signal);
      this.#state = this.#stateWith({ signal: SIGKILL, killed: true, containerEnded });
    } catch (thrown) {
      const { containerId } = this.#marked;
      const error = asOperatorError(thrown).message;
      this.#parts.log.error('a command may still run', { container: containerId, error });
    }
  }

  /** A start without an answer may still happen. */
  async #mayRun(fault: OperatorError): Promise<boolean> {
    try {
      const unanswered = fault.kind === 'timeout' || fault.kind === 'unavailable';
      const { running, exitCode } = await inspectExec(
        this.#parts.client,
        this.#marked.execId,
        new AbortController().signal,
      );
      return running || (exitCode === null && unanswered);
    } catch (cause) {
      return !isFault(cause, 'not-found');
    }
  }

  #stateWith(known: Partial<CommandState>): CommandState {
    return {
      running: false,
      exitCode: null,
      signal: null,
      timedOut: false,
      killed: false,
      containerEnded: false,
      leftRunning: false,
      durationMs: Math.round(performance.now() - this.#startedAtMs),
      cpuMs: null,
      ...this.#output.producedBytes,
      ...known,
    };
  }
}
