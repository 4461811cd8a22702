// session_exec with a command: started, and seen through to its end unless it is to run in the background.

import { OperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { type ExecCommand, execCommandSchema, type ExecFrame } from '../../model/node-protocol.ts';
import { CapturedStream } from '../output/captured-stream.ts';
import type { ToolError } from '../tool-error.ts';
import { type CommandEnd, type ExecView, windowOf } from './exec-result.ts';
import type { ToolCall } from './tool.ts';

export interface StartArguments {
  readonly argv: readonly string[];
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly background: boolean;
  readonly max_output_bytes: number;
}

interface Captured {
  execId: string;
  readonly stdout: CapturedStream;
  readonly stderr: CapturedStream;
  exit: Extract<ExecFrame, { type: 'exit' }> | null;
}

const JUST_STARTED: CommandEnd = {
  running: true,
  exitCode: null,
  signal: null,
  timedOut: false,
  durationMs: 0,
  containerEnded: false,
};

export async function startCommand(
  args: StartArguments,
  reference: ExecView['reference'],
  { caller, services, signal }: ToolCall,
): Promise<Result<ExecView, ToolError>> {
  const captured: Captured = {
    execId: '',
    stdout: new CapturedStream(args.max_output_bytes),
    stderr: new CapturedStream(args.max_output_bytes),
    exit: null,
  };
  const request = { ...reference, uid: null, command: commandOf(args) };
  const done = await services.exec(caller, request, (frame) => capture(captured, frame), signal);
  if (!done.ok) return err(done.error);
  const { execId, exit } = captured;
  if (exit === null && !args.background)
    throw new OperatorError('internal', 'the node API ended the stream of a command without an exit frame');
  const stdout = windowOf(captured.stdout, { execId, stream: 'stdout' });
  const stderr = windowOf(captured.stderr, { execId, stream: 'stderr' });
  return ok({
    reference,
    execId,
    end: exit === null ? JUST_STARTED : { ...exit, running: false },
    stdout,
    stderr,
    nextOffset: exit === null ? 0 : (stdout.omittedFrom ?? stderr.omittedFrom),
    truncated: exit?.truncated === true,
    nonce: services.parts.newId().slice(0, 16),
  });
}

/** The node keeps as much as it may, so that what the window leaves out can be read later. */
const commandOf = (args: StartArguments): ExecCommand =>
  execCommandSchema.parse({
    argv: args.argv,
    env: Object.entries(args.env).map(([name, value]) => ({ name, value })),
    cwd: args.cwd ?? null,
    stdin: args.stdin === undefined ? null : Buffer.from(args.stdin, 'utf8').toString('base64'),
    timeoutSeconds: args.timeout_seconds ?? null,
    background: args.background,
    keepInputOpen: args.background && args.stdin !== undefined,
  });

function capture(captured: Captured, frame: ExecFrame): void {
  if (frame.type === 'started') captured.execId = frame.execId;
  if (frame.type === 'output') captured[frame.stream].add(Buffer.from(frame.data, 'base64'));
  if (frame.type === 'omitted') captured[frame.stream].omit(frame.bytes);
  if (frame.type === 'exit') captured.exit = frame;
}
