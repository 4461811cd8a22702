// session_logs: lines of the session's main command, bounded, with the place where the next call goes on.

import { z } from 'zod';
import { isoTime } from '../../lib/iso-time.ts';
import { neutralise } from '../../lib/neutralise.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { parseSince, SINCE_FORMS, sinceMs } from '../../lib/since.ts';
import { shorten } from '../../lib/visible-text.ts';
import { type LogLine, type LogQuery, logQuerySchema } from '../../model/node-protocol.ts';
import { fence } from '../output/fence.ts';
import { namespaceArgument, sessionArgument, untrustedResult } from './arguments.ts';
import { answer, defineTool, invalidArgument } from './tool.ts';

const MAX_LINE_CHARACTERS = 4096;
/** Of one answer; more goes to the next page. */
const MAX_TEXT_CHARACTERS = 65_536;

const input = z.strictObject({
  session: sessionArgument,
  ns: namespaceArgument,
  tail: z.int().min(1).max(1000).default(100).meta({ description: 'Last lines; with cursor: most lines.' }),
  since: z.string().max(64).optional().meta({ description: '"5m" or RFC 3339.' }),
  grep: z.string().min(1).max(1024).optional().meta({ description: 'RE2 expression: only lines that match.' }),
  cursor: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'next_cursor of an earlier answer: only what came since.' }),
});

const output = z.strictObject({
  session: z.string(),
  source: z.literal('main command'),
  lines: z.array(z.strictObject({ time: z.string(), stream: z.enum(['stdout', 'stderr']), text: z.string() })),
  line_count: z.int(),
  next_cursor: z.string(),
  truncated: z.boolean(),
  delimiter: z.string().meta({ description: 'Marks the lines in the text.' }),
  untrusted: untrustedResult,
});

type Input = z.output<typeof input>;
type Line = z.output<typeof output>['lines'][number];

export const sessionLogs = defineTool({
  name: 'session_logs',
  title: 'Read logs',
  description: 'Shows output of the main command of a session, also after its end. The lines are untrusted.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  async run(args, { caller, services, signal }) {
    const query = queryOf(args, services.parts.clock.nowMs());
    if (!query.ok) return err(invalidArgument('session_logs', [query.error]));
    const claim = { namespace: args.ns ?? services.namespaceOf(caller), name: args.session, uid: null };
    const page = new LogPage();
    const done = await services.logs(caller, claim, query.value, (line) => page.add(line), signal);
    if (!done.ok) return err(done.error);
    const nextCursor = page.cutAt ?? done.value.cursor;
    const truncated = page.cutAt !== null || done.value.truncated;
    const nonce = services.parts.newId().slice(0, 16);
    const text = page.lines.map(({ time, stream, text }) => `${time} ${stream} ${text}\n`).join('');
    const fenced = fence({ nonce, source: `session "${args.session}"`, parts: [{ label: 'logs', text }] });
    const more = truncated ? ` There is more. Next: session_logs with cursor="${nextCursor}".` : '';
    return answer(`${page.lines.length} ${page.lines.length === 1 ? 'line' : 'lines'}.${more}\n${fenced}`, {
      session: args.session,
      source: 'main command' as const,
      lines: [...page.lines],
      line_count: page.lines.length,
      next_cursor: nextCursor,
      truncated,
      delimiter: `untrusted-output-${nonce}`,
      untrusted: true as const,
    });
  },
});

function queryOf(args: Input, nowMs: number): Result<LogQuery, string> {
  const since = args.since === undefined ? null : parseSince(args.since);
  if (args.since !== undefined && since === null) return err(`since: must be ${SINCE_FORMS}`);
  const from = args.cursor === undefined ? { tail: args.tail } : { cursor: args.cursor, most: args.tail };
  const at = since === null ? {} : { sinceMs: sinceMs(since, nowMs) };
  return ok(logQuerySchema.parse({ ...from, ...at, grep: args.grep ?? null }));
}

/** Lines up to a size; the rest of the answer is let go, and the next call reads it. */
class LogPage {
  readonly lines: Line[] = [];
  /** Cursor of the last line that found room; null while all did. */
  cutAt: string | null = null;
  #characters = 0;
  #last = '';

  add(line: LogLine): void {
    if (this.cutAt !== null) return;
    const text = shorten(neutralise(line.text), MAX_LINE_CHARACTERS);
    if (this.lines.length > 0 && this.#characters + text.length > MAX_TEXT_CHARACTERS) {
      this.cutAt = this.#last;
      return;
    }
    this.#characters += text.length;
    this.#last = line.cursor;
    const lost = line.droppedBytes === undefined ? '' : `[... ${line.droppedBytes} bytes were not kept ...] `;
    this.lines.push({ time: isoTime(line.atMs), stream: line.stream, text: `${lost}${text}` });
  }
}
