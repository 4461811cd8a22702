// `mcpsession exec`: which of its forms, and 125 for whatever is not the command's own failure.

import { assertNever } from '../../../lib/assert-never.ts';
import { asOperatorError, OperatorError } from '../../../lib/errors.ts';
import { execCommandSchema } from '../../../model/node-protocol.ts';
import type { CommandLine, ExecAction } from '../../arguments/exec.ts';
import { EXIT_NOT_THE_COMMAND, EXIT_OK } from '../../exit-codes.ts';
import { untilStopped } from '../interrupts.ts';
import { complain, OutputClosed } from '../output.ts';
import type { SessionClient, SessionProgram } from '../session-client.ts';
import { attach } from './attach.ts';
import { runInteractive } from './interactive.ts';
import { outcomeOf, renderRecords } from './records.ts';

/** For a list and a kill, which run no command, it rejects with OperatorError instead. */
export function runExec(action: ExecAction, program: SessionProgram): Promise<number> {
  const { console } = program;
  const withClient = (act: (client: SessionClient, signal: AbortSignal) => Promise<number>): Promise<number> =>
    untilStopped(console, async (signal) => act(await program.connect(signal), signal));
  switch (action.kind) {
    case 'run':
      return orNotTheCommand(program, runInteractive(action, program));
    case 'attach':
      return orNotTheCommand(
        program,
        withClient((client, signal) => attach(action.execId, { console, client }, signal)),
      );
    case 'background':
      return orNotTheCommand(
        program,
        withClient(async (client, signal) => {
          await console.stdout.write(`${await startInBackground(client, action.command, signal)}\n`);
          return EXIT_OK;
        }),
      );
    case 'list':
      return withClient(async ({ access, session }, signal) => {
        await console.stdout.write(renderRecords(await access.listExecs(session, signal)));
        return EXIT_OK;
      });
    case 'kill':
      return withClient(async ({ access, session }, signal) => {
        const record = await access.execKill(session, action.execId, signal);
        await console.stdout.write(`${action.execId}: ${outcomeOf(record)}\n`);
        return EXIT_OK;
      });
    default:
      return assertNever(action);
  }
}

async function orNotTheCommand({ console }: SessionProgram, running: Promise<number>): Promise<number> {
  try {
    return await running;
  } catch (thrown) {
    if (thrown instanceof OutputClosed || console.stdout.isClosed()) throw thrown;
    complain(console.stderr, '', asOperatorError(thrown));
    return EXIT_NOT_THE_COMMAND;
  }
}

async function startInBackground(
  { access, session }: SessionClient,
  command: CommandLine,
  signal: AbortSignal,
): Promise<string> {
  let execId: string | null = null;
  const request = {
    sessionUid: session.uid,
    caller: session.caller,
    command: execCommandSchema.parse({ ...command, background: true }),
  };
  await access.exec(
    session.endpoint,
    session,
    request,
    (frame) => {
      if (frame.type === 'started') execId = frame.execId;
    },
    signal,
  );
  if (execId === null) throw new OperatorError('internal', 'the front end did not say under which id the command runs');
  return execId;
}
