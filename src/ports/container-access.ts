// Running a command in a container. Two adapters are meant to fit: the engine's exec (now) and the session init (design.md 9).

export interface CommandToRun {
  readonly execId: string;
  /** Program and arguments; no shell is added. */
  readonly argv: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** null: the working directory of the session. */
  readonly cwd: string | null;
  /** "<uid>:<gid>" of the session; a command never runs as anybody else. */
  readonly user: string;
  /** Bytes for standard input, which is closed after them; null for none. */
  readonly stdin: Uint8Array | null;
  readonly timeoutMs: number;
}

export type OutputStream = 'stdout' | 'stderr';

export interface CommandOutcome {
  /** null when the command was ended by the time limit or by `signal`. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** The container ended with the command: it was killed because the command could not be ended alone, or it died by itself. */
  readonly containerEnded: boolean;
  readonly durationMs: number;
}

export interface ContainerAccess {
  /**
   * Runs the command to its end and hands every chunk of output to `onOutput` in order; whoever listens bounds what is kept.
   * At the time limit or when `signal` aborts, the whole process tree is killed before this resolves; a tree that cannot be
   * killed ends the container. Rejects with OperatorError: `not-found` (container gone), `invalid` (no such program, bad cwd),
   * `unavailable`, `too-large` (more output than is worth reading; the command was ended), `internal`.
   */
  run(
    containerId: string,
    command: CommandToRun,
    onOutput: (stream: OutputStream, chunk: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<CommandOutcome>;
}
