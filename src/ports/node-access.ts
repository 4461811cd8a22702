// The node API as its clients see it: the front end towards a node, the CLI and the stdio front end towards the front end.
// Every call names the session by UID and the caller on whose behalf it is made; each rejects with OperatorError of the kind that the other
// side answered.

import type { Duplex } from 'node:stream';
import type { Caller } from '../model/caller.ts';
import type {
  ExecFrame,
  ExecRecord,
  ExecRequest,
  FileListing,
  FileStat,
  FileWritten,
  InteractiveCommand,
  InteractiveExit,
  LogLine,
  LogQuery,
  OutputPage,
} from '../model/node-protocol.ts';
import type { FileWrite, OutputStream, TerminalSize } from './container-access.ts';

export interface NodeEndpoint {
  readonly url: string;
  readonly caPem: string;
}

/** Which session, where, and for whom. */
export interface NodeSession {
  readonly endpoint: NodeEndpoint;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** null: the bearer of the token speaks for itself. */
  readonly caller: Caller | null;
}

/** A command with open input, and a terminal if it asked for one. */
export interface ExecChannel {
  readonly execId: string;
  /** Waits while the command takes nothing. */
  write(bytes: Uint8Array): Promise<void>;
  endInput(): void;
  resize(size: TerminalSize): void;
  sendSignal(signal: number): void;
  kill(): void;
  /** Every byte in order; waits for the promises of `onOutput`, and the command with it. Rejects when the connection is lost: the command goes on. */
  follow(onOutput: (stream: OutputStream, bytes: Uint8Array) => void | Promise<void>): Promise<InteractiveExit>;
  /** Lets go of the command without ending it. */
  close(): void;
}

export interface NodeAccess {
  /**
   * Runs a command and streams frames until the exit frame. Aborting `signal` kills the command; a connection that is lost does not: the
   * command runs on to its time limit and is found under its id. With `background` the exit frame never comes: the stream ends after `started`.
   */
  exec(
    endpoint: NodeEndpoint,
    session: { readonly namespace: string; readonly name: string },
    request: ExecRequest,
    onFrame: (frame: ExecFrame) => void,
    signal: AbortSignal,
  ): Promise<void>;
  openExec(session: NodeSession, command: InteractiveCommand, signal: AbortSignal): Promise<ExecChannel>;

  /** Commands that run or are kept, oldest first. */
  listExecs(session: NodeSession, signal: AbortSignal): Promise<readonly ExecRecord[]>;
  /** Waits up to `waitMs` for the end of a command that still runs. */
  execRecord(session: NodeSession, execId: string, waitMs: number, signal: AbortSignal): Promise<ExecRecord>;
  execOutput(
    session: NodeSession,
    page: { readonly execId: string; readonly stream: OutputStream; readonly offset: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<OutputPage>;
  /** Input and signals for a running command that was started with open input. */
  execInput(
    session: NodeSession,
    input: {
      readonly execId: string;
      readonly stdin: Uint8Array | null;
      readonly endInput: boolean;
      readonly sendSignal: number | null;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** Resolves when nothing of the command's tree is left. */
  execKill(session: NodeSession, execId: string, signal: AbortSignal): Promise<ExecRecord>;

  /** Lines of the main command. With `follow` it goes on until `signal` aborts or the session ends. */
  logs(
    session: NodeSession,
    query: LogQuery,
    onLine: (line: LogLine) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<{
    /** Where the next call begins; "" when nothing was ever written. */ readonly cursor: string;
    readonly truncated: boolean;
  }>;

  fileStat(session: NodeSession, path: string, signal: AbortSignal): Promise<FileStat>;
  fileList(
    session: NodeSession,
    page: { readonly path: string; readonly after: string; readonly most: number },
    signal: AbortSignal,
  ): Promise<FileListing>;
  /** Streams the content; resolves with its hash, which was compared with the bytes that came. */
  fileRead(
    session: NodeSession,
    range: { readonly path: string; readonly offset: number; readonly limit: number | null },
    receive: {
      readonly onStat: (stat: FileStat) => void;
      readonly onChunk: (bytes: Uint8Array) => void | Promise<void>;
    },
    signal: AbortSignal,
  ): Promise<FileWritten>;
  fileWrite(
    session: NodeSession,
    path: string,
    how: FileWrite,
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<FileWritten>;
  fileMakeDirectory(session: NodeSession, path: string, parents: boolean, signal: AbortSignal): Promise<void>;
  fileRemove(session: NodeSession, path: string, recursive: boolean, signal: AbortSignal): Promise<void>;

  /** A connection to a port inside the session. */
  forward(session: NodeSession, port: number, signal: AbortSignal): Promise<Duplex>;
}
