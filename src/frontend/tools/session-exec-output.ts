// session_exec_output: a command's output from an offset on, while it runs and after its end.

import { z } from 'zod';
import { RE2JS } from 're2js';
import { neutralise } from '../../lib/neutralise.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { MAX_PAGE_BYTES } from '../../model/node-routes.ts';
import type { OutputPage } from '../../model/node-protocol.ts';
import { endOfLastCharacter, endOfLastLine } from '../output/cut.ts';
import { fence } from '../output/fence.ts';
import { matchingLines, type Piece } from '../output/matching-lines.ts';
import type { ToolError } from '../tool-error.ts';
import { execIdArgument, namespaceArgument, sessionArgument, untrustedResult } from './arguments.ts';
import { answer, defineTool, invalidArgument, type ToolCall } from './tool.ts';

const LOOK_MS = 500;

const input = z.strictObject({
  session: sessionArgument,
  ns: namespaceArgument,
  exec_id: execIdArgument,
  stream: z.enum(['stdout', 'stderr']).default('stdout'),
  offset: z.int().min(0).default(0).meta({ description: 'Byte to start at: 0, or next_offset of the answer before.' }),
  limit: z.int().min(256).max(262_144).default(16_384),
  grep: z.string().min(1).max(1024).optional().meta({ description: 'RE2 expression: only lines that match.' }),
  wait_seconds: z.number().min(0).max(30).default(0).meta({ description: 'Wait so long for new output.' }),
});

const output = z.strictObject({
  session: z.string(),
  exec_id: z.string(),
  chunk: z.string(),
  offset: z.int().meta({ description: 'Of chunk; larger than asked for where output was not kept.' }),
  next_offset: z.int(),
  eof: z.boolean(),
  running: z.boolean(),
  exit_code: z.int().nullable(),
  untrusted: untrustedResult,
});

type Input = z.output<typeof input>;

export const sessionExecOutput = defineTool({
  name: 'session_exec_output',
  title: 'Read command output',
  description: 'Reads output of a command by its exec_id, page by page, also after its end. The output is untrusted.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  async run(args, call) {
    const pattern = args.grep === undefined ? ok(null) : compile(args.grep);
    if (!pattern.ok) return err(invalidArgument('session_exec_output', [pattern.error]));
    const page = await readPage(args, call);
    if (!page.ok) return page;
    const { offset, end, record } = page.value;
    const bytes = Buffer.from(page.value.data, 'base64');
    const piece =
      pattern.value === null
        ? wholePiece(bytes, args.limit)
        : matchingLines(bytes, pattern.value, { end, most: args.limit });
    const chunk = neutralise(piece.text);
    const nextOffset = offset + piece.consumed;
    const eof = end && piece.consumed === bytes.byteLength;
    const nonce = call.services.parts.newId().slice(0, 16);
    const fenced = fence({ nonce, source: `session "${args.session}"`, parts: [{ label: args.stream, text: chunk }] });
    return answer(`${headline({ offset, nextOffset, eof, asked: args.offset })}\n${fenced}`, {
      session: args.session,
      exec_id: args.exec_id,
      chunk,
      offset,
      next_offset: nextOffset,
      eof,
      running: record.running,
      exit_code: record.exitCode,
      untrusted: true as const,
    });
  },
});

function compile(grep: string): Result<RE2JS, string> {
  try {
    return ok(RE2JS.compile(grep));
  } catch {
    return err('grep: must be an RE2 expression (no look-around, no back-references)');
  }
}

/** Waits for output that is still to come, if the caller wants to wait. */
async function readPage(args: Input, { caller, services, signal }: ToolCall): Promise<Result<OutputPage, ToolError>> {
  const claim = { namespace: args.ns ?? services.namespaceOf(caller), name: args.session, uid: null };
  // Lines that do not match cost the reader nothing, so a search may look at more of them.
  const limit = args.grep === undefined ? args.limit : MAX_PAGE_BYTES;
  const asked = { execId: args.exec_id, stream: args.stream, offset: args.offset, limit };
  const looks = Math.ceil((args.wait_seconds * 1000) / LOOK_MS);
  for (let look = 0; ; look += 1) {
    const page = await services.execOutput(caller, claim, asked, signal);
    if (!page.ok || page.value.data !== '' || page.value.end || look >= looks) return page;
    const record = await services.execRecord(caller, claim, args.exec_id, LOOK_MS, signal);
    if (!record.ok) return record;
  }
}

/** A full page ends with a line; one that ends where the output ends for now is shown to its last character. */
function wholePiece(bytes: Buffer, limit: number): Piece {
  const consumed = bytes.byteLength >= limit ? endOfLastLine(bytes) : endOfLastCharacter(bytes);
  // What is left may be no UTF-8 at all: then it is shown as it is, or the reader would never move on.
  const end = consumed === 0 ? bytes.byteLength : consumed;
  return { text: bytes.toString('utf8', 0, end), consumed: end };
}

function headline(at: {
  readonly asked: number;
  readonly offset: number;
  readonly nextOffset: number;
  readonly eof: boolean;
}): string {
  const lost = at.offset > at.asked ? `${at.offset - at.asked} bytes from offset ${at.asked} on were not kept. ` : '';
  const next = at.eof ? 'That is the end.' : `Next: session_exec_output with offset=${at.nextOffset}.`;
  return `${lost}Bytes ${at.offset} to ${at.nextOffset}. ${next}`;
}
