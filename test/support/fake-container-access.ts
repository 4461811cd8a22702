// A container in memory, as ports/container-access.ts describes it: commands are functions of the test, files lie in a directory of the
// test, ports are streams.

import { duplexPair, type Duplex } from 'node:stream';
import { OperatorError } from '../../src/lib/errors.ts';
import type { ContainerAccess, MainOutput, OutputStream } from '../../src/ports/container-access.ts';
import { orAborted } from '../../src/process/deadline.ts';
import { FakeCommand, type Program } from './fake-command.ts';
import { fakeFiles } from './fake-files.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface FakeContainerAccess extends Mutable<ContainerAccess> {
  /** By argv[0]. "echo", "cat", "hold" and "flood" are there. */
  readonly programs: Map<string, Program>;
  /** Every other program; null: there is none. */
  otherProgram: Program | null;
  /** Every command that was started, by container id and exec id. */
  readonly started: Map<string, FakeCommand>;
  /** What listens inside, by port. */
  readonly listeners: Map<number, (connection: Duplex) => void>;
  readonly main: FakeMain;
}

/** Until it is killed. */
const hold: Program = ({ killed }) => new Promise((resolve) => killed.addEventListener('abort', () => resolve(0)));

const cat: Program = async ({ input, write }) => {
  for await (const chunk of input) await write('stdout', chunk);
  return 0;
};

/** argv: how many KiB. */
const flood: Program = async ({ argv, write }) => {
  const block = Buffer.alloc(32_768, 'x');
  for (let kib = 0; kib < Number(argv[1]); kib += 32) await write('stdout', block);
  return 0;
};

const echo: Program = async ({ argv, write }) => {
  await write('stdout', `${argv.slice(1).join(' ')}\n`);
  return 0;
};

export function fakeContainerAccess(root: string): FakeContainerAccess {
  const programs = new Map<string, Program>(Object.entries({ echo, cat, hold, flood }));
  const started = new Map<string, FakeCommand>();
  const listeners = new Map<number, (connection: Duplex) => void>();
  const main = new FakeMain();
  const files = fakeFiles(root);
  const fake: FakeContainerAccess = {
    programs,
    otherProgram: null,
    started,
    listeners,
    main,
    wayInto: () => 'session-init',
    async start(containerId, command) {
      const program = programs.get(command.argv[0] ?? '') ?? fake.otherProgram;
      if (program === null) throw new OperatorError('invalid', `there is no program ${String(command.argv[0])}`);
      const running = new FakeCommand(command, program);
      started.set(`${containerId}/${command.execId}`, running);
      return running;
    },
    find: async (containerId, execId) => started.get(`${containerId}/${execId}`) ?? null,
    list: async (containerId) => {
      const here = [...started].filter(([key]) => key.startsWith(`${containerId}/`));
      return Promise.all(here.map(async ([, command]) => ({ execId: command.execId, state: await command.state() })));
    },
    files: () => files,
    async connect(_containerId, port) {
      const listener = listeners.get(port);
      if (listener === undefined) throw new OperatorError('refused', `nothing listens on port ${port}`);
      const [outside, inside] = duplexPair();
      inside.on('error', () => {}); // a program that breaks
      inside.once('close', () => void (outside.readableEnded || outside.destroy()));
      listener(inside);
      return outside;
    },
    followMain: (_containerId, from, onOutput, signal) => main.follow(from, onOutput, signal),
  };
  return fake;
}

/** Output of a main command that a test writes. */
export class FakeMain {
  readonly #outputs: MainOutput[] = [];
  #sequence = 0;
  #ended = false;
  #changed = Promise.withResolvers<void>();
  /** Rejections of the next attempts to follow. */
  readonly faults: OperatorError[] = [];
  /** Sequence numbers that followers began at. */
  readonly followedFrom: number[] = [];

  write(stream: OutputStream, text: string, atMs = 1000): void {
    const bytes = Buffer.from(text);
    this.#outputs.push({ sequence: this.#sequence, atMs, stream, bytes });
    this.#sequence += bytes.byteLength;
    this.#wake();
  }

  /** Bytes that the container had no room for. */
  drop(bytes: number): void {
    this.#sequence += bytes;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Another container of the same session begins. */
  restart(): void {
    this.#outputs.length = 0;
    this.#sequence = 0;
    this.#ended = false;
  }

  async follow(
    from: number,
    onOutput: (output: MainOutput) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    this.followedFrom.push(from);
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
    for (let next = from; ; ) {
      const changed = this.#changed.promise;
      for (const output of this.#outputs.filter(({ sequence }) => sequence >= next)) {
        await onOutput(output);
        next = output.sequence + output.bytes.byteLength;
      }
      if (this.#ended) return;
      if (changed === this.#changed.promise) await orAborted(changed, signal);
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
