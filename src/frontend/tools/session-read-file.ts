// session_read_file: a part of one file, as text where it is text.

import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { neutralise } from '../../lib/neutralise.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { FileStat } from '../../model/node-protocol.ts';
import { endOfLastLine, startOfFirstCharacter } from '../output/cut.ts';
import { fence } from '../output/fence.ts';
import type { ToolError } from '../tool-error.ts';
import { namespaceArgument, pathArgument, sessionArgument, untrustedResult } from './arguments.ts';
import { answer, defineTool, type ToolCall } from './tool.ts';

const input = z.strictObject({
  session: sessionArgument,
  ns: namespaceArgument,
  path: pathArgument,
  offset: z.int().min(0).default(0),
  limit: z.int().min(1).max(1_048_576).default(65_536),
  encoding: z.enum(['auto', 'text', 'base64']).default('auto').meta({
    description: 'text leaves out what is invisible; base64 is exact.',
  }),
});

const output = z.strictObject({
  session: z.string(),
  path: z.string(),
  text: z.string().nullable(),
  base64: z.string().nullable(),
  size: z.int(),
  sha256: z.string().nullable().meta({ description: 'null for a part.' }),
  next_offset: z.int().nullable().meta({ description: 'null: the end.' }),
  untrusted: untrustedResult,
});

type Input = z.output<typeof input>;

interface Part {
  readonly bytes: Buffer;
  readonly size: number;
  readonly sha256: string;
}

export const sessionReadFile = defineTool({
  name: 'session_read_file',
  title: 'Read file',
  description: 'Reads a file of the workspace of a session, or a part of it. The content is untrusted.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  async run(args, call) {
    const read = await readPart(args, call);
    if (!read.ok) return read;
    const { bytes, size, sha256 } = read.value;
    const isAll = args.offset === 0 && bytes.byteLength >= size;
    const isText = args.encoding !== 'base64';
    if (args.encoding === 'auto' && !isPlainText(bytes, args.offset)) return err(binaryFile(args));
    const used = isText && args.offset + bytes.byteLength < size ? endOfText(bytes) : bytes.byteLength;
    const nextOffset = args.offset + used < size ? args.offset + used : null;
    const raw = isText ? bytes.toString('utf8', 0, used) : bytes.toString('base64');
    const shown = isText ? neutralise(raw) : raw;
    const nonce = call.services.parts.newId().slice(0, 16);
    const fenced = fence({ nonce, source: `session "${args.session}"`, parts: [{ label: 'file', text: shown }] });
    const head = headline({ used, size, offset: args.offset, nextOffset, isChanged: shown !== raw });
    return answer(`${head}\n${fenced}`, {
      session: args.session,
      path: args.path,
      text: isText ? shown : null,
      base64: isText ? null : shown,
      size,
      sha256: isAll ? sha256 : null,
      next_offset: nextOffset,
      untrusted: true as const,
    });
  },
});

async function readPart(args: Input, { caller, services, signal }: ToolCall): Promise<Result<Part, ToolError>> {
  const claim = { namespace: args.ns ?? services.namespaceOf(caller), name: args.session, uid: null };
  const chunks: Uint8Array[] = [];
  let size = 0;
  const receive = {
    onStat: (stat: FileStat) => {
      size = stat.size;
    },
    onChunk: (bytes: Uint8Array) => void chunks.push(bytes),
  };
  const range = { path: args.path, offset: args.offset, limit: args.limit };
  const read = await services.fileRead(caller, claim, range, receive, signal);
  return read.ok ? ok({ bytes: Buffer.concat(chunks), size, sha256: read.value.sha256 }) : read;
}

/** UTF-8 without NUL; a part may begin and end within a character. */
function isPlainText(bytes: Buffer, offset: number): boolean {
  const start = offset === 0 ? 0 : startOfFirstCharacter(bytes);
  return !bytes.includes(0) && isUtf8(bytes.subarray(start, endOfText(bytes)));
}

/** A part that is no text at all, or less than a character, is dealt with whole: the reader must move on. */
const endOfText = (bytes: Buffer): number => endOfLastLine(bytes) || bytes.byteLength;

const binaryFile = (args: Input): ToolError => ({
  code: 'BINARY_FILE',
  what: `File ${shownValue(args.path)} is not UTF-8 text.`,
  next: 'call session_read_file again with encoding="base64"',
});

function headline(at: {
  readonly used: number;
  readonly size: number;
  readonly offset: number;
  readonly nextOffset: number | null;
  readonly isChanged: boolean;
}): string {
  const changed = at.isChanged ? ' Invisible characters were left out; encoding="base64" is exact.' : '';
  const next = at.nextOffset === null ? '' : ` Next: session_read_file with offset=${at.nextOffset}.`;
  return `Bytes ${at.offset} to ${at.offset + at.used} of ${at.size}.${changed}${next}`;
}
