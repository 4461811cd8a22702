// `exec SESSION -- PROGRAM`: a command with this program's own input, output, signals and, with -t, terminal.

import { asOperatorError, type FaultKind, OperatorError } from '../../../lib/errors.ts';
import type { InteractiveCommand, InteractiveExit } from '../../../model/node-protocol.ts';
import type { TerminalSize } from '../../../ports/container-access.ts';
import type { ExecChannel, NodeSession } from '../../../ports/node-access.ts';
import type { ExecAction } from '../../arguments/exec.ts';
import { EXIT_OUTPUT_CLOSED, exitCodeOfRecord } from '../../exit-codes.ts';
import { OutputClosed } from '../output.ts';
import { type Console, nameOf, type SessionProgram } from '../session-client.ts';
import { type Terminal, withRawMode } from '../terminal.ts';
import { sayHowItEnded } from './attach.ts';
import { commandOutput } from './command-output.ts';
import { forwardSignals } from './forward-signals.ts';

type RunAction = Extract<ExecAction, { readonly kind: 'run' }>;

/** After these the command is gone as well, or there is nothing to come back to. */
const NO_WAY_BACK: ReadonlySet<FaultKind> = new Set([
  'expired',
  'not-found',
  'forbidden',
  'unauthenticated',
  'unsupported',
]);

/** Resolves with the exit code of the command. Rejects with OperatorError when there is none to be had. */
export async function runInteractive(action: RunAction, program: SessionProgram): Promise<number> {
  const { console } = program;
  const terminal = action.terminal ? terminalOf(console) : null;
  const signals = forwardSignals(console);
  try {
    const { access, session } = await program.connect(signals.abandon);
    const command = commandOf(action, terminal);
    const channel = await access.openExec(session, command, signals.abandon);
    signals.to(channel);
    try {
      const attendance = { action, console, terminal, session, sentSize: command.tty };
      return await Promise.race([attend(channel, attendance), signals.abandoned]);
    } finally {
      channel.close();
    }
  } catch (thrown) {
    if (signals.abandon.aborted) return signals.exitCode();
    throw thrown;
  } finally {
    signals.stop();
  }
}

function terminalOf({ terminal }: Console): Terminal {
  if (terminal !== null) return terminal;
  throw new OperatorError(
    'invalid',
    '-t needs a terminal on standard input, and there is none; leave -t out, or call from a terminal',
  );
}

const commandOf = ({ command, stdin }: RunAction, terminal: Terminal | null): InteractiveCommand => ({
  argv: [...command.argv],
  env: [...command.env],
  cwd: command.cwd,
  timeoutSeconds: command.timeoutSeconds,
  stdin,
  tty: terminal?.size() ?? null,
});

interface Attendance {
  readonly action: RunAction;
  readonly console: Console;
  readonly terminal: Terminal | null;
  readonly session: NodeSession;
  readonly sentSize: TerminalSize | null;
}

async function attend(channel: ExecChannel, attendance: Attendance): Promise<number> {
  const { action, console, terminal, session } = attendance;
  const stopResizing = terminal === null ? () => {} : followSize(channel, terminal, attendance.sentSize);
  const see = (): Promise<Seen> => seeThrough(channel, attendance);
  try {
    // Without open input the keyboard keeps its meaning: Ctrl-C is a signal, and no key is lost.
    const { record, isOutputClosed } = await (terminal !== null && action.stdin ? withRawMode(terminal, see) : see());
    if (isOutputClosed) return EXIT_OUTPUT_CLOSED;
    sayHowItEnded(console, record);
    return exitCodeOfRecord(record);
  } catch (thrown) {
    throw lost(asOperatorError(thrown), { execId: channel.execId, session });
  } finally {
    stopResizing();
  }
}

interface Seen {
  readonly record: InteractiveExit;
  readonly isOutputClosed: boolean;
}

async function seeThrough(channel: ExecChannel, { action, console, terminal }: Attendance): Promise<Seen> {
  const output = commandOutput(console, terminal === null ? 'made safe' : 'as it is');
  let isOutputClosed = false;
  const orKill = async (writing: Promise<void>): Promise<void> => {
    try {
      await writing;
    } catch (thrown) {
      if (!(thrown instanceof OutputClosed)) throw thrown;
      // As a pipe would do it: what nobody reads need not be written.
      isOutputClosed = true;
      channel.kill();
    }
  };
  const stopInput = action.stdin ? pumpInput(console, channel) : () => {};
  try {
    const record = await channel.follow(async (stream, bytes) => {
      if (!isOutputClosed) await orKill(output.write(stream, bytes));
    });
    if (!isOutputClosed) await orKill(output.end());
    return { record, isOutputClosed };
  } finally {
    stopInput();
  }
}

const pumpInput = ({ stdin }: Console, channel: ExecChannel): (() => void) =>
  stdin.pump(
    (bytes) => channel.write(bytes),
    () => channel.endInput(),
  );

function followSize(channel: ExecChannel, terminal: Terminal, sentSize: TerminalSize | null): () => void {
  let last = sentSize;
  const send = (): void => {
    const size = terminal.size();
    if (size.rows === last?.rows && size.columns === last.columns) return;
    last = size;
    channel.resize(size);
  };
  send();
  return terminal.onResize(send);
}

function lost(fault: OperatorError, of: { readonly execId: string; readonly session: NodeSession }): OperatorError {
  if (NO_WAY_BACK.has(fault.kind)) return fault;
  const { namespace, name } = of.session;
  return new OperatorError(
    fault.kind,
    `${fault.message}\n` +
      `Command ${of.execId} runs on in session ${nameOf(of.session)} until its end or its time limit. The rest of its output:\n` +
      `  mcpsession exec -n ${namespace} ${name} --attach ${of.execId}`,
    { cause: fault },
  );
}
