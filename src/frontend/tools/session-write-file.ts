// session_write_file: one whole file, all or nothing.

import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.ts';
import { shownValue } from '../../lib/visible-text.ts';
import { namespaceArgument, pathArgument, sessionArgument } from './arguments.ts';
import { answer, defineTool, invalidArgument } from './tool.ts';

const input = z.strictObject({
  session: sessionArgument,
  ns: namespaceArgument,
  path: pathArgument,
  content: z.string().max(900_000),
  encoding: z.enum(['text', 'base64']).default('text'),
  mode: z
    .string()
    .refine((text) => /^0?[0-7]{3}$/.test(text), 'must be octal, as "0644"')
    .optional()
    .meta({ description: 'Octal, as "0755". Default: as it was, else 0644.' }),
  if_sha256: z
    .string()
    .refine((text) => text === 'absent' || /^[0-9a-f]{64}$/.test(text), 'must be 64 hex digits or "absent"')
    .optional()
    .meta({ description: 'Write only over this content; "absent": only a new file.' }),
});

const output = z.strictObject({
  session: z.string(),
  path: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  created: z.boolean(),
});

export const sessionWriteFile = defineTool({
  name: 'session_write_file',
  title: 'Write file',
  description: 'Writes a whole file into the workspace of a session; makes missing directories.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  input,
  output,
  async run(args, { caller, services, signal }) {
    const content = args.encoding === 'text' ? ok(Buffer.from(args.content, 'utf8')) : decodeBase64(args.content);
    if (!content.ok) return err(invalidArgument('session_write_file', [content.error]));
    const claim = { namespace: args.ns ?? services.namespaceOf(caller), name: args.session, uid: null };
    const how = {
      mode: args.mode === undefined ? null : Number.parseInt(args.mode, 8),
      ifSha256: args.if_sha256 ?? null,
      makeParents: true,
      maxBytes: content.value.byteLength,
    };
    const written = await services.fileWrite(caller, claim, args.path, how, once(content.value), signal);
    if (!written.ok) return err(written.error);
    const { bytes, sha256, created } = written.value;
    const text = `${created ? 'Created' : 'Replaced'} ${shownValue(args.path)}: ${bytes} bytes, sha256 ${sha256}.`;
    return answer(text, { session: args.session, path: args.path, bytes, sha256, created });
  },
});

/** Line breaks are what tools wrap base64 with; anything else would be dropped without a word. */
function decodeBase64(text: string): Result<Buffer, string> {
  const plain = text.replaceAll(/[\r\n]/g, '');
  const bytes = Buffer.from(plain, 'base64');
  return bytes.toString('base64') === plain ? ok(bytes) : err('content: must be base64 with padding');
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
