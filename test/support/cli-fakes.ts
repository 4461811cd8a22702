// The surroundings of the commands that people call, in memory: streams, terminal, signals, and a session behind NodeAccess.

import { Readable } from 'node:stream';
import type { ExecRecord } from '../../src/model/node-protocol.ts';
import type { OutputStream, TerminalSize } from '../../src/ports/container-access.ts';
import type { ExecChannel, NodeAccess } from '../../src/ports/node-access.ts';
import { inputFrom } from '../../src/cli/session/input.ts';
import { type Output, OutputClosed } from '../../src/cli/session/output.ts';
import type { Console, SessionClient, SessionProgram, StopSignal } from '../../src/cli/session/session-client.ts';
import type { Terminal } from '../../src/cli/session/terminal.ts';
import { fakeClock } from './frontend-fakes.ts';

export interface FakeOutput extends Output {
  /** Everything written so far, as bytes. */
  bytes(): Buffer;
  text(): string;
  /** Later writes are refused, as by a pipe whose reader has gone. */
  close(): void;
}

export function fakeOutput(isTerminal = false): FakeOutput {
  const chunks: Buffer[] = [];
  let isClosed = false;
  let isRefused = false;
  return {
    isTerminal,
    columns: () => (isTerminal ? 80 : null),
    isClosed: () => isRefused,
    write(data) {
      isRefused = isClosed;
      if (isClosed) return Promise.reject(new OutputClosed('the output was closed'));
      chunks.push(Buffer.from(data));
      return Promise.resolve();
    },
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString('utf8'),
    close: () => {
      isClosed = true;
    },
  };
}

export interface FakeTerminal extends Terminal {
  /** Every change of the mode, in order. */
  readonly modes: boolean[];
  resize(size: TerminalSize): void;
  /** The process ends. */
  exit(): void;
  listeners(): number;
}

export function fakeTerminal(first: TerminalSize = { rows: 24, columns: 80 }): FakeTerminal {
  const modes: boolean[] = [];
  const onResize = new Set<() => void>();
  const onExit = new Set<() => void>();
  let size = first;
  const listen = (listeners: Set<() => void>, listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    modes,
    setRaw: (isRaw) => void modes.push(isRaw),
    size: () => size,
    onResize: (listener) => listen(onResize, listener),
    onExit: (listener) => listen(onExit, listener),
    resize(next) {
      size = next;
      for (const listener of onResize) listener();
    },
    exit() {
      for (const listener of onExit) listener();
    },
    listeners: () => onResize.size + onExit.size,
  };
}

export interface FakeConsole extends Console {
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly clock: ReturnType<typeof fakeClock>;
  signal(name: StopSignal): void;
  signalListeners(): number;
}

export function fakeConsole(
  change: {
    readonly stdin?: Readable | string;
    readonly terminal?: Terminal;
    readonly stdoutIsTerminal?: boolean;
    readonly stderrIsTerminal?: boolean;
  } = {},
): FakeConsole {
  const { stdin = '' } = change;
  const listeners = new Set<(name: StopSignal) => void>();
  return {
    stdin: inputFrom(typeof stdin === 'string' ? Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]) : stdin),
    stdout: fakeOutput(change.stdoutIsTerminal),
    stderr: fakeOutput(change.stderrIsTerminal),
    terminal: change.terminal ?? null,
    clock: fakeClock(),
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    signal(name) {
      for (const listener of listeners) listener(name);
    },
    signalListeners: () => listeners.size,
  };
}

/** Every method rejects but those that a test is about. */
export function fakeAccess(methods: Partial<NodeAccess> = {}): NodeAccess {
  const unexpected = () => Promise.reject(new Error('this test expects no such call'));
  return {
    exec: unexpected,
    openExec: unexpected,
    listExecs: unexpected,
    execRecord: unexpected,
    execOutput: unexpected,
    execInput: unexpected,
    execKill: unexpected,
    logs: unexpected,
    fileStat: unexpected,
    fileList: unexpected,
    fileRead: unexpected,
    fileWrite: unexpected,
    fileMakeDirectory: unexpected,
    fileRemove: unexpected,
    forward: unexpected,
    ...methods,
  };
}

export const clientOf = (access: NodeAccess): SessionClient => ({
  access,
  session: {
    endpoint: { url: 'https://frontend.test', caPem: 'pem' },
    namespace: 'team-a',
    name: 's1',
    uid: 'uid-s1',
    caller: null,
  },
});

export const programOf = (console: Console, access: NodeAccess): SessionProgram => ({
  console,
  connect: () => Promise.resolve(clientOf(access)),
});

/** A command that ended well; `change` says how it really ended. */
export const execRecord = (change: Partial<ExecRecord> = {}): ExecRecord => ({
  execId: 'ex1',
  running: false,
  exitCode: 0,
  signal: null,
  timedOut: false,
  killed: false,
  containerEnded: false,
  leftRunning: false,
  durationMs: 12,
  cpuMs: null,
  stdoutBytes: 0,
  stderrBytes: 0,
  ...change,
});

export interface FakeChannel extends ExecChannel {
  /** What was done to the command, in order. */
  readonly log: string[];
  /** The command writes; resolves when that was taken. */
  emit(stream: OutputStream, text: string): Promise<void>;
  end(record?: Partial<ExecRecord>): void;
  /** The connection breaks, or whatever else rejects. */
  fail(thrown: unknown): void;
  /** Resolves when somebody follows. */
  readonly followed: Promise<void>;
}

export function fakeChannel(execId = 'ex1'): FakeChannel {
  const log: string[] = [];
  const outcome = Promise.withResolvers<ExecRecord>();
  const followed = Promise.withResolvers<void>();
  outcome.promise.catch(() => {}); // a test may let go of the command before it fails
  let onOutput: Parameters<ExecChannel['follow']>[0] = () => {};
  const end = (record: Partial<ExecRecord> = {}): void => outcome.resolve(execRecord({ execId, ...record }));
  return {
    execId,
    log,
    followed: followed.promise,
    write(bytes) {
      log.push(`write ${Buffer.from(bytes).toString('utf8')}`);
      return Promise.resolve();
    },
    endInput: () => void log.push('end input'),
    resize: ({ rows, columns }) => void log.push(`resize ${rows}x${columns}`),
    sendSignal: (signal) => void log.push(`signal ${signal}`),
    kill() {
      log.push('kill');
      end({ exitCode: null, killed: true, signal: 9 });
    },
    follow(listener) {
      onOutput = listener;
      followed.resolve();
      return outcome.promise;
    },
    close: () => void log.push('close'),
    emit: async (stream, text) => {
      await followed.promise;
      await onOutput(stream, Buffer.from(text, 'utf8'));
    },
    end,
    fail: (thrown) => outcome.reject(thrown),
  };
}
