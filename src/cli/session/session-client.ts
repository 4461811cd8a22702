// What the commands of a person stand on: a session somewhere behind a front end, and the terminal or pipes around the program.

import type { Clock } from '../../ports/clock.ts';
import type { NodeAccess, NodeSession } from '../../ports/node-access.ts';
import type { Input } from './input.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** The session that a command is about, found with the person's own rights. */
export interface SessionClient {
  readonly access: NodeAccess;
  readonly session: NodeSession;
}

export const STOP_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
export type StopSignal = keyof typeof STOP_SIGNALS;

export interface Console {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** null: standard input is no terminal. */
  readonly terminal: Terminal | null;
  readonly clock: Clock;
  /** Returns what stops the listening. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
}

export interface SessionProgram {
  readonly console: Console;
  /** Rejects with OperatorError: `not-found`, `unauthenticated`, `unavailable` and so on. */
  readonly connect: (signal: AbortSignal) => Promise<SessionClient>;
}

export const nameOf = ({ name, namespace }: NodeSession): string => `"${name}" in namespace "${namespace}"`;
