// What every call about a command answers: how it ended or that it runs, and the ends of its output.

import { z } from 'zod';
import type { CapturedStream, StreamText } from '../output/captured-stream.ts';
import { fence } from '../output/fence.ts';
import { untrustedResult } from './arguments.ts';
import type { ToolAnswer } from './tool.ts';

export const execResult = z.strictObject({
  session: z.string(),
  namespace: z.string(),
  exec_id: z.string(),
  running: z.boolean(),
  exit_code: z.int().nullable().meta({ description: 'null: it runs, or a signal ended it.' }),
  signal: z.int().nullable(),
  timed_out: z.boolean(),
  duration_ms: z.number(),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
  omitted_bytes: z.int(),
  next_offset: z.int().nullable().meta({ description: 'For session_exec_output. null: all was shown.' }),
  untrusted: untrustedResult,
});

/** How far a command is; the exit frame and the record of a command both say it. */
export interface CommandEnd {
  readonly running: boolean;
  readonly exitCode: number | null;
  readonly signal: number | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  readonly containerEnded: boolean;
}

export interface ExecView {
  readonly reference: { readonly namespace: string; readonly name: string };
  readonly execId: string;
  readonly end: CommandEnd;
  readonly stdout: StreamText;
  readonly stderr: StreamText;
  readonly nextOffset: number | null;
  readonly truncated: boolean;
  readonly nonce: string;
}

/** The text of a stream with a marker that says how to read what is left out (ux.md 2.5). */
export const windowOf = (
  captured: CapturedStream,
  of: { readonly execId: string; readonly stream: string },
): StreamText =>
  captured.text(
    (bytes, offset) =>
      `[... ${bytes} bytes omitted; next: session_exec_output exec_id="${of.execId}" stream="${of.stream}" offset=${offset} ...]`,
  );

export function execAnswer(view: ExecView): ToolAnswer<z.output<typeof execResult>> {
  const { reference, execId, end, stdout, stderr } = view;
  const parts = [
    { label: 'stdout', text: stdout.text },
    { label: 'stderr', text: stderr.text },
  ];
  const fenced = fence({ nonce: view.nonce, source: `session "${reference.name}"`, parts });
  const omittedBytes = stdout.omittedBytes + stderr.omittedBytes;
  const structured = {
    session: reference.name,
    namespace: reference.namespace,
    exec_id: execId,
    running: end.running,
    exit_code: end.exitCode,
    signal: end.signal,
    timed_out: end.timedOut,
    duration_ms: Math.round(end.durationMs),
    stdout: stdout.text,
    stderr: stderr.text,
    truncated: view.truncated || omittedBytes > 0,
    omitted_bytes: omittedBytes,
    next_offset: view.nextOffset,
    untrusted: true as const,
  };
  return { text: `${headline(view)}\n${fenced}`, structured, isError: end.timedOut };
}

function headline({ end, execId, reference }: ExecView): string {
  const ms = Math.round(end.durationMs);
  const ended = end.containerEnded ? ' The container of the session ended with it; see session_get.' : '';
  if (end.timedOut)
    return (
      `[EXEC_TIMEOUT] The command was killed at its time limit, after ${ms} ms. Output until then is kept below.${ended} ` +
      'Next: call session_exec with a larger timeout_seconds, with background=true, or with a command that does less.'
    );
  if (end.running)
    return `The command runs as exec_id="${execId}". Next: session_exec_output session="${reference.name}" exec_id="${execId}".`;
  if (end.exitCode !== null) return `Exit code ${end.exitCode} after ${ms} ms.${ended}`;
  const how = end.signal === null ? 'unknown (the command was killed)' : `none: signal ${end.signal} ended it`;
  return `Exit code ${how} after ${ms} ms.${ended}`;
}
