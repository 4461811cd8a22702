// A command from its start to its end, whoever listens in between: somebody who wants its output, or the node API itself, which has to
// know when it ends. The container takes one follower at a time, so both take turns here.

import { isFault } from '../lib/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Command, CommandState, OutputPart, OutputStream } from '../ports/container-access.ts';

/** Between attempts to listen to a container that does not answer. */
const RETRY_MS = 5_000;

export class TrackedCommand {
  readonly command: Command;
  /** Resolves when the command has ended, or nobody can tell any more (null). Never rejects. */
  readonly ended: Promise<CommandState | null>;
  readonly #clock: Clock;
  readonly #settle: (state: CommandState | null) => void;
  /** Attempts end here: the command's time limit, and some more. */
  readonly #giveUpMs: number;
  #over = false;
  #listening: AbortController | null = null;

  constructor(command: Command, options: { readonly clock: Clock; readonly timeoutMs: number }) {
    const { promise, resolve } = Promise.withResolvers<CommandState | null>();
    this.command = command;
    this.ended = promise;
    this.#clock = options.clock;
    this.#giveUpMs = options.clock.monotonicMs() + options.timeoutMs + 60_000;
    this.#settle = (state) => {
      this.#over = true;
      resolve(state);
    };
  }

  /** As Command.follow, for the one who started it. When it ends early, `listen` takes over. */
  async follow(onOutput: (part: OutputPart) => void | Promise<void>, signal: AbortSignal): Promise<CommandState> {
    try {
      const state = await this.command.follow(FROM_START, onOutput, signal);
      this.#settle(state);
      return state;
    } catch (thrown) {
      this.listen();
      throw thrown;
    }
  }

  /** Waits for the end without interest in the output. */
  listen(): void {
    if (this.#over || this.#listening !== null) return;
    this.#listening = new AbortController();
    void this.#listenUntilEnd(this.#listening.signal);
  }

  /** Stops listening: this process ends, the command does not. */
  letGo(): void {
    this.#listening?.abort();
    this.#settle(null);
  }

  async #listenUntilEnd(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#clock.monotonicMs() < this.#giveUpMs) {
      try {
        const { running, stdoutBytes, stderrBytes, ...seen } = await this.command.state(signal);
        if (!running) return this.#settle({ running, stdoutBytes, stderrBytes, ...seen });
        const from = { stdout: stdoutBytes, stderr: stderrBytes };
        return this.#settle(await this.command.follow(from, () => {}, signal));
      } catch (thrown) {
        if (isFault(thrown, 'not-found')) break; // the container is gone, and the command with it
        await this.#clock.sleep(RETRY_MS, signal).catch(() => {}); // aborted: the loop ends
      }
    }
    this.#settle(null);
  }
}

const FROM_START: Readonly<Record<OutputStream, number>> = { stdout: 0, stderr: 0 };
