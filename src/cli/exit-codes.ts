// Every exit code of the programs that people call (ux.md 2.5), so that scripts can tell a command's failure from ours.

import type { OperatorError } from '../lib/errors.ts';
import type { ExecRecord } from '../model/node-protocol.ts';

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
/** `exec`: the code is not the command's own. */
export const EXIT_NOT_THE_COMMAND = 125;
/** The command ran into its time limit, as `timeout` of coreutils says it. */
const EXIT_TIMED_OUT = 124;
const SIGKILL = 9;
const SIGPIPE = 13;

/** What a shell reports for a program that a signal ended. */
export const exitCodeOfSignal = (signal: number): number => 128 + signal;

/** Whoever read our output has gone: no failure to talk about. */
export const EXIT_OUTPUT_CLOSED = exitCodeOfSignal(SIGPIPE);

/** 1 failure or usage, 3 not authenticated, 4 unreachable. */
export function exitCodeOfFault(fault: OperatorError): number {
  if (fault.kind === 'unauthenticated') return 3;
  if (fault.kind === 'unavailable' || fault.kind === 'timeout') return 4;
  return EXIT_FAILURE;
}

/** For a command line that makes no sense: `exec` keeps its low codes for the command. */
export const exitCodeOfUsage = (argv: readonly string[]): number =>
  argv[0] === 'exec' ? EXIT_NOT_THE_COMMAND : EXIT_FAILURE;

/** Of a command that has ended. */
export function exitCodeOfRecord(record: ExecRecord): number {
  if (record.timedOut) return EXIT_TIMED_OUT;
  if (record.signal !== null) return exitCodeOfSignal(record.signal);
  if (record.exitCode !== null) return record.exitCode;
  return record.killed ? exitCodeOfSignal(SIGKILL) : EXIT_NOT_THE_COMMAND;
}
