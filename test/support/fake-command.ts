// A command of a container that is not there: behaves as ports/container-access.ts says, and runs a function of the test.

import { OperatorError } from '../../src/lib/errors.ts';
import type {
  Command,
  CommandState,
  CommandToStart,
  OutputPart,
  OutputStream,
  TerminalSize,
} from '../../src/ports/container-access.ts';
import { orAborted } from '../../src/process/deadline.ts';

/** What a program of a test can do. */
export interface ProgramWorld {
  readonly argv: readonly string[];
  /** Ends with the input. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Waits while a lossless follower is slow. */
  readonly write: (stream: OutputStream, bytes: Uint8Array | string) => Promise<void>;
  /** Aborts when the program is killed. */
  readonly killed: AbortSignal;
  /** The time limit has passed. */
  readonly timeOut: () => void;
  readonly onResize: (listener: (size: TerminalSize) => void) => void;
  readonly onSignal: (listener: (signal: number) => void) => void;
}

/** Resolves with the exit code. */
export type Program = (world: ProgramWorld) => Promise<number>;

/** Most that a lossless command may be ahead of its follower. */
const AHEAD_BYTES = 256 * 1024;

class Kept {
  head: Buffer = Buffer.alloc(0);
  tail: Buffer = Buffer.alloc(0);
  written = 0;
  readonly #half: number;

  constructor(keepBytes: number) {
    this.#half = Math.ceil(keepBytes / 2);
  }

  push(bytes: Uint8Array): void {
    this.written += bytes.byteLength;
    const room = this.#half - this.head.byteLength;
    this.head = Buffer.concat([this.head, bytes.subarray(0, room)]);
    const rest = bytes.subarray(Math.max(room, 0));
    this.tail = Buffer.from(Buffer.concat([this.tail, rest]).subarray(-this.#half));
  }

  at(offset: number, limit: number): { readonly offset: number; readonly bytes: Buffer } {
    if (offset < this.head.byteLength) return { offset, bytes: this.head.subarray(offset, offset + limit) };
    const start = this.written - this.tail.byteLength;
    const from = Math.max(offset, start);
    return { offset: from, bytes: this.tail.subarray(from - start, from - start + limit) };
  }
}

export class FakeCommand implements Command {
  readonly execId: string;
  readonly wanted: CommandToStart;
  readonly #kept: Record<OutputStream, Kept>;
  readonly #killed = new AbortController();
  #input: Uint8Array[] = [];
  #inputEnded: boolean;
  #changed = Promise.withResolvers<void>();
  #exit: number | null = null;
  #running = true;
  #wasKilled = false;
  #timedOut = false;
  /** For a lossless follower: everything since it began. */
  #queue: OutputPart[] | null = null;
  #follower: AbortController | null = null;
  readonly #resized: ((size: TerminalSize) => void)[] = [];
  readonly #signalled: ((signal: number) => void)[] = [];
  /** Most bytes that ever waited for a follower. */
  mostQueuedBytes = 0;

  constructor(wanted: CommandToStart, program: Program) {
    this.execId = wanted.execId;
    this.wanted = wanted;
    this.#inputEnded = wanted.stdin === 'none';
    this.#kept = { stdout: new Kept(wanted.keepBytes), stderr: new Kept(wanted.keepBytes) };
    if (wanted.lossless) this.#queue = [];
    void this.#run(program);
  }

  async state(): Promise<CommandState> {
    return {
      running: this.#running,
      exitCode: this.#wasKilled || this.#timedOut ? null : this.#exit,
      signal: this.#wasKilled || this.#timedOut ? 9 : null,
      timedOut: this.#timedOut,
      killed: this.#wasKilled,
      containerEnded: false,
      leftRunning: false,
      durationMs: 3,
      cpuMs: null,
      stdoutBytes: this.#kept.stdout.written,
      stderrBytes: this.#kept.stderr.written,
    };
  }

  async follow(
    from: Readonly<Record<OutputStream, number>>,
    onOutput: (part: OutputPart) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<CommandState> {
    this.#follower?.abort(new OperatorError('conflict', 'somebody else follows'));
    const mine = new AbortController();
    this.#follower = mine;
    const either = AbortSignal.any([signal, mine.signal]);
    const next = { ...from };
    const stopped = (): OperatorError =>
      mine.signal.aborted
        ? new OperatorError('conflict', 'somebody else follows')
        : new OperatorError('cancelled', 'not followed any more');
    for (;;) {
      if (either.aborted) throw stopped();
      const changed = this.#changed.promise;
      const ended = !this.#running; // before the looking: what is written meanwhile is looked for again
      for (const part of this.#take(next)) {
        await onOutput(part);
        if (either.aborted) throw stopped();
      }
      if (this.#queue !== null && this.#queue.length > 0) continue;
      if (ended) return this.state();
      await orAborted(changed, either).catch(() => {
        throw stopped();
      });
    }
  }

  async read({ stream, offset, limit }: { stream: OutputStream; offset: number; limit: number }) {
    const kept = this.#kept[stream];
    const part = kept.at(offset, Math.min(limit, 32_768));
    return { stream, ...part, end: !this.#running && part.offset + part.bytes.byteLength >= kept.written };
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#running && !this.#inputEnded) this.#input.push(Uint8Array.from(bytes));
    this.#wake();
  }
  async endInput(): Promise<void> {
    this.#inputEnded = true;
    this.#wake();
  }
  async resize(size: TerminalSize): Promise<void> {
    for (const listener of this.#resized) listener(size);
  }
  async sendSignal(signal: number): Promise<void> {
    for (const listener of this.#signalled) listener(signal);
  }
  async kill(): Promise<CommandState> {
    if (this.#running) this.#wasKilled = true;
    this.#killed.abort();
    this.#running = false;
    this.#wake();
    return this.state();
  }
  async forget(): Promise<void> {}

  async #run(program: Program): Promise<void> {
    const world: ProgramWorld = {
      argv: this.wanted.argv,
      input: this.#inputChunks(),
      write: (stream, bytes) => this.#write(stream, typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
      killed: this.#killed.signal,
      timeOut: () => {
        this.#timedOut = true;
        this.#killed.abort();
      },
      onResize: (listener) => void this.#resized.push(listener),
      onSignal: (listener) => void this.#signalled.push(listener),
    };
    const code = await program(world).catch(() => 1);
    if (this.#running) this.#exit = code;
    this.#running = false;
    this.#wake();
  }

  async *#inputChunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const changed = this.#changed.promise;
      const chunk = this.#input.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#inputEnded || !this.#running) return;
      else await changed;
    }
  }

  async #write(stream: OutputStream, bytes: Uint8Array): Promise<void> {
    if (!this.#running) throw new Error('killed');
    const offset = this.#kept[stream].written;
    this.#kept[stream].push(bytes);
    this.#queue?.push({ stream, offset, bytes: Uint8Array.from(bytes) });
    this.#wake();
    while (this.#running && this.#follower !== null && this.#queuedBytes() > AHEAD_BYTES) {
      await this.#changed.promise;
    }
  }

  #queuedBytes(): number {
    const bytes = (this.#queue ?? []).reduce((sum, part) => sum + part.bytes.byteLength, 0);
    this.mostQueuedBytes = Math.max(this.mostQueuedBytes, bytes);
    return bytes;
  }

  /** Lossless: what waits. Else the first half at once, and the last half after the end. */
  *#take(next: Record<OutputStream, number>): Generator<OutputPart> {
    if (this.#queue !== null) {
      const part = this.#queue.shift();
      if (part === undefined) return;
      this.#wake();
      yield part;
      return;
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      const kept = this.#kept[stream];
      const until = this.#running ? kept.head.byteLength : kept.written;
      while (next[stream] < until) {
        const part = kept.at(next[stream], 32_768);
        next[stream] = part.offset + part.bytes.byteLength;
        yield { stream, ...part };
      }
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
