// session_exec with an exec_id: input or a signal for a command that runs, and what it wrote in answer.

import { err, ok, type Result } from '../../lib/result.ts';
import type { ExecRecord } from '../../model/node-protocol.ts';
import { CapturedStream } from '../output/captured-stream.ts';
import type { ToolError } from '../tool-error.ts';
import { type ExecView, windowOf } from './exec-result.ts';
import type { ToolCall } from './tool.ts';

export const SIGNALS = { HUP: 1, INT: 2, QUIT: 3, KILL: 9, USR1: 10, USR2: 12, TERM: 15, CONT: 18, STOP: 19 } as const;
/** As a tuple, so that the schema of the argument lists them. */
export const SIGNAL_NAMES = [
  'HUP',
  'INT',
  'QUIT',
  'KILL',
  'USR1',
  'USR2',
  'TERM',
  'CONT',
  'STOP',
] as const satisfies readonly (keyof typeof SIGNALS)[];

export interface RunningArguments {
  readonly exec_id: string;
  readonly stdin?: string | undefined;
  readonly close_stdin: boolean;
  readonly signal?: keyof typeof SIGNALS | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly max_output_bytes: number;
}

interface RunningCall {
  readonly args: RunningArguments;
  readonly claim: ExecView['reference'] & { readonly uid: null };
  readonly call: ToolCall;
}

const DEFAULT_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 60;
const LOOK_MS = 250;

export async function actOnRunning(
  args: RunningArguments,
  reference: ExecView['reference'],
  call: ToolCall,
): Promise<Result<ExecView, ToolError>> {
  const running: RunningCall = { args, claim: { ...reference, uid: null }, call };
  const before = await recordOf(running, 0);
  if (!before.ok) return before;
  const sent = await send(running);
  if (!sent.ok) return err(sent.error);
  const after = await settled(running, before.value);
  if (!after.ok) return after;
  return viewOf(running, { before: before.value, after: after.value });
}

const recordOf = ({ args, claim, call }: RunningCall, waitMs: number): Promise<Result<ExecRecord, ToolError>> =>
  call.services.execRecord(call.caller, claim, args.exec_id, waitMs, call.signal);

/** KILL is for the whole tree of the command, and proves that it is gone. */
function send({ args, claim, call }: RunningCall): Promise<Result<unknown, ToolError>> {
  const { caller, services } = call;
  if (args.signal === 'KILL') return services.execKill(caller, claim, args.exec_id, call.signal);
  const input = {
    execId: args.exec_id,
    stdin: args.stdin === undefined ? null : Buffer.from(args.stdin, 'utf8'),
    endInput: args.close_stdin,
    sendSignal: args.signal === undefined ? null : SIGNALS[args.signal],
  };
  return services.execInput(caller, claim, input, call.signal);
}

/** Waits until the command has ended, or has written something and then stopped writing, or the time is over. */
async function settled(running: RunningCall, before: ExecRecord): Promise<Result<ExecRecord, ToolError>> {
  const seconds = Math.min(running.args.timeout_seconds ?? DEFAULT_WAIT_SECONDS, LONGEST_WAIT_SECONDS);
  const looks = Math.ceil((seconds * 1000) / LOOK_MS);
  let last = before;
  for (let look = 0; look < looks; look += 1) {
    const now = await recordOf(running, LOOK_MS);
    if (!now.ok || !now.value.running) return now;
    const hasWritten = written(now.value) > written(before);
    if (hasWritten && written(now.value) === written(last)) return now;
    last = now.value;
  }
  return ok(last);
}

const written = ({ stdoutBytes, stderrBytes }: ExecRecord): number => stdoutBytes + stderrBytes;

/** The output between the two records, each stream in its window. */
async function viewOf(
  running: RunningCall,
  { before, after }: { readonly before: ExecRecord; readonly after: ExecRecord },
): Promise<Result<ExecView, ToolError>> {
  const { args, claim, call } = running;
  const stdout = await pageOf(running, { stream: 'stdout', offset: before.stdoutBytes });
  if (!stdout.ok) return stdout;
  const stderr = await pageOf(running, { stream: 'stderr', offset: before.stderrBytes });
  if (!stderr.ok) return stderr;
  return ok({
    reference: { namespace: claim.namespace, name: claim.name },
    execId: args.exec_id,
    end: after,
    stdout: windowOf(stdout.value.captured, { execId: args.exec_id, stream: 'stdout' }),
    stderr: windowOf(stderr.value.captured, { execId: args.exec_id, stream: 'stderr' }),
    nextOffset: stdout.value.nextOffset,
    truncated: false,
    nonce: call.services.parts.newId().slice(0, 16),
  });
}

async function pageOf(
  { args, claim, call }: RunningCall,
  from: { readonly stream: 'stdout' | 'stderr'; readonly offset: number },
): Promise<Result<{ readonly captured: CapturedStream; readonly nextOffset: number }, ToolError>> {
  const asked = { execId: args.exec_id, ...from, limit: args.max_output_bytes };
  const page = await call.services.execOutput(call.caller, claim, asked, call.signal);
  if (!page.ok) return page;
  const captured = new CapturedStream(args.max_output_bytes);
  captured.add(Buffer.from(page.value.data, 'base64'));
  return ok({ captured, nextOffset: page.value.nextOffset });
}
