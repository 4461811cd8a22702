// One command of a person against one session, from its options to its exit code.

import { assertNever } from '../../lib/assert-never.ts';
import type { SessionCommand } from '../arguments.ts';
import { EXIT_OUTPUT_CLOSED } from '../exit-codes.ts';
import { runCopy } from './copy/copy.ts';
import { runExec } from './exec/exec.ts';
import { untilStopped } from './interrupts.ts';
import { runLogs } from './logs.ts';
import { OutputClosed } from './output.ts';
import type { Listen } from './port-forward/listen.ts';
import { runPortForward } from './port-forward/port-forward.ts';
import type { SessionProgram } from './session-client.ts';

/** Rejects with OperatorError for faults; `exec` turns its own into a code, because the low ones belong to its command. */
export async function runSessionCommand(
  command: SessionCommand,
  program: SessionProgram & { readonly listen: Listen },
): Promise<number> {
  try {
    return await dispatch(command, program);
  } catch (thrown) {
    // On its way through a connection the refusal may have become a fault of the connection.
    if (thrown instanceof OutputClosed || program.console.stdout.isClosed()) return EXIT_OUTPUT_CLOSED;
    throw thrown;
  }
}

function dispatch(command: SessionCommand, program: SessionProgram & { readonly listen: Listen }): Promise<number> {
  const { console, connect } = program;
  switch (command.run) {
    case 'exec':
      return runExec(command.options.action, program);
    case 'logs':
      return untilStopped(console, async (signal) =>
        runLogs(command.options, { console, client: await connect(signal) }, signal),
      );
    case 'cp':
      return untilStopped(console, async (signal) =>
        runCopy(command.options, { console, client: await connect(signal) }, signal),
      );
    case 'port-forward':
      return untilStopped(console, async (signal) =>
        runPortForward(command.options, { console, client: await connect(signal), listen: program.listen }, signal),
      );
    default:
      return assertNever(command);
  }
}
