// What a session's container can be asked to do from inside: commands, files, port forwards, the output of its main command.
// Two adapters: the session init (docker/attach, everything), and the engine's exec (docker/exec, commands alone), which takes
// over for sessions that opt out of the init or whose init does not answer.

import type { Duplex } from 'node:stream';

import type { EnvironmentEntry } from '../model/container.ts';

export type OutputStream = 'stdout' | 'stderr';

export interface CommandToStart {
  /** Unique within the session for as long as the command is kept; up to 64 of [A-Za-z0-9_-]. */
  readonly execId: string;
  /** Program and arguments; no shell is added. */
  readonly argv: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** null: the working directory of the session. */
  readonly cwd: string | null;
  /** "<uid>:<gid>" of the session; a command never runs as anybody else. */
  readonly user: string;
  /** Standard input: none (/dev/null), or what `Command.write` gives until `Command.endInput`. */
  readonly stdin: 'none' | 'open';
  /** null: two plain pipes. With a terminal everything is stdout. */
  readonly tty: TerminalSize | null;
  /** Counted where the command runs; its whole tree is killed then. */
  readonly timeoutMs: number;
  /** Per stream: the first half and the last half of so many bytes are kept. */
  readonly keepBytes: number;
  /** A follower gets every byte, and the command waits for a slow one. */
  readonly lossless: boolean;
}

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

export interface CommandState {
  readonly running: boolean;
  /** null while it runs, and when a signal ended it. */
  readonly exitCode: number | null;
  /** Number of the signal that ended it; null for none. */
  readonly signal: number | null;
  readonly timedOut: boolean;
  /** Ended by `kill`. */
  readonly killed: boolean;
  /** The container ended with the command: killed because the command could not be ended alone, or it died by itself. */
  readonly containerEnded: boolean;
  /** Processes that the command left behind still run. */
  readonly leftRunning: boolean;
  readonly durationMs: number;
  /** Processor time of the command and the children it waited for; null where nobody measures it. */
  readonly cpuMs: number | null;
  /** Bytes written so far, kept or not. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}

export interface OutputPart {
  readonly stream: OutputStream;
  /** Of the first byte; more than what came before it means that bytes in between were dropped. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A command that was started; it runs on whatever happens to whoever holds this. All methods reject with OperatorError. */
export interface Command {
  readonly execId: string;
  state(signal: AbortSignal): Promise<CommandState>;
  /**
   * Hands on the kept output from the offsets on, in order per stream, and resolves with the last state once the command has
   * ended. One follower at a time: a later one ends the earlier with `conflict`. Waits for the promises of `onOutput`. A
   * connection that breaks in between is made again unseen; `unavailable` when that does not work. Aborting `signal` ends the following
   * with `cancelled`, never the command.
   */
  follow(
    from: Readonly<Record<OutputStream, number>>,
    onOutput: (part: OutputPart) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<CommandState>;
  /** What is kept at `offset` or, where that was dropped, after it; an empty part for nothing (yet). */
  read(
    from: { readonly stream: OutputStream; readonly offset: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<OutputPart & { /** Nothing will follow. */ readonly end: boolean }>;
  /** Resolves when the command, or a bounded buffer before it, has taken the bytes; after the command's end it does nothing. */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  endInput(): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  /** To the command's process group. */
  sendSignal(signal: number): Promise<void>;
  /** SIGKILL for the whole tree. Resolves when nothing of it is left; a tree that cannot be killed ends the container. */
  kill(signal: AbortSignal): Promise<CommandState>;
  /** Gives the kept output of an ended command back. */
  forget(): Promise<void>;
}

export type FileKind = 'file' | 'directory' | 'link' | 'other';

export interface FileInfo {
  readonly kind: FileKind;
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly modifiedMs: number;
}

export interface FileEntry extends FileInfo {
  readonly name: string;
}

export interface FileReceipt {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Of a write: nothing was there before. */
  readonly created: boolean;
}

export interface FileWrite {
  /** null: that of the file that is replaced, else 0644. */
  readonly mode: number | null;
  /** Hex, or "absent": only when nothing is there; null for no condition. A condition that fails is `conflict`. */
  readonly ifSha256: string | null;
  readonly makeParents: boolean;
  /** More is `too-large`. */
  readonly maxBytes: number;
}

/**
 * Files of the session's workspace, as the session's user. Paths are relative to the workspace, or absolute below it; nothing outside
 * is reached, whatever links say. Rejections: `path-not-found`, `path-outside`, `forbidden` (the permissions of the file), `conflict`, `too-large`,
 * `no-space`, `invalid` (not a regular file, not a directory, malformed path), `unsupported` (no init, or a kernel without openat2).
 */
export interface SessionFiles {
  stat(path: string, signal: AbortSignal): Promise<FileInfo>;
  /** Sorted by name, beginning after `after`. */
  list(
    path: string,
    page: { readonly after: string; readonly most: number },
    signal: AbortSignal,
  ): Promise<{ readonly entries: readonly FileEntry[]; readonly total: number; readonly more: boolean }>;
  /** `onInfo` once, then every chunk; waits for the promises of `onChunk`. */
  read(
    path: string,
    range: { readonly offset: number /** null: to the end. */; readonly limit: number | null },
    receive: {
      readonly onInfo: (info: FileInfo) => void;
      readonly onChunk: (bytes: Uint8Array) => void | Promise<void>;
    },
    signal: AbortSignal,
  ): Promise<FileReceipt>;
  /** All or nothing: until it resolves the file is as it was. `expectedSha256` (hex or null) is asked for after the last chunk. */
  write(
    path: string,
    how: FileWrite,
    content: { readonly chunks: AsyncIterable<Uint8Array>; readonly expectedSha256: () => string | null },
    signal: AbortSignal,
  ): Promise<FileReceipt>;
  makeDirectory(
    path: string,
    how: { readonly mode: number; readonly parents: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  remove(path: string, how: { readonly recursive: boolean }, signal: AbortSignal): Promise<void>;
}

export interface MainOutput {
  /** Of the first byte; both streams count together. */
  readonly sequence: number;
  readonly atMs: number;
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

export interface ContainerAccess {
  /** How commands reach the container now; `engine-exec` for a session without the init or whose init does not answer. */
  wayInto(containerId: string): 'session-init' | 'engine-exec';
  /**
   * Resolves when the program runs. Rejects with OperatorError: `not-found` (no such container), `invalid` (no such program, bad cwd),
   * `already-exists` (the id), `unavailable`, `unsupported` (a terminal or open input without the init), `conflict` (no room for another), `internal`.
   */
  start(containerId: string, command: CommandToStart, signal: AbortSignal): Promise<Command>;
  /** A command that runs or is kept; null when the container knows none of this id. */
  find(containerId: string, execId: string, signal: AbortSignal): Promise<Command | null>;
  /** All that run or are kept, oldest first. */
  list(
    containerId: string,
    signal: AbortSignal,
  ): Promise<readonly { readonly execId: string; readonly state: CommandState }[]>;
  files(containerId: string): SessionFiles;
  /** A connection to 127.0.0.1:port inside. Rejects with `refused` when nothing listens, `unsupported`, `unavailable`. */
  connect(containerId: string, port: number, signal: AbortSignal): Promise<Duplex>;
  /**
   * Output of the main command from `fromSequence` on, for as long as the container runs; resolves when it has ended. Rejects with
   * `unsupported` without the init, `unavailable` when the connection is lost (ask again from the next sequence number).
   */
  followMain(
    containerId: string,
    fromSequence: number,
    onOutput: (output: MainOutput) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** The connections to session inits, as the controller brings them up. */
export interface SessionInits {
  /** Attaches to a container that is about to start, so that its first word is heard. Rejects with OperatorError of the engine. */
  open(containerId: string, signal: AbortSignal): Promise<void>;
  /** Resolves when the init has answered, on a new connection if need be. Rejects when it does not: commands go by the engine's exec then. */
  whenReady(containerId: string, signal: AbortSignal): Promise<void>;
  /** Whether the session init still starts nothing because its environment is not complete; null until it has answered. */
  isHeld(containerId: string): boolean | null;
  /**
   * Completes the environment: from then on the main command runs, and others may. Success also when it was complete. Rejects with
   * OperatorError; no message holds a value.
   */
  release(containerId: string, environment: readonly EnvironmentEntry[], signal: AbortSignal): Promise<void>;
  /** Told whenever `wayInto` gives another answer for a container; returns what ends that. */
  onWayChange(listener: (containerId: string) => void): () => void;
}
