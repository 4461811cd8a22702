// JSON in a request header: base64url, so that no character of it means anything to a header.

import { OperatorError } from '../../lib/errors.ts';

/** All headers of a request are at most 32 KiB (https-server.ts); the rest of them needs little. */
const MAX_HEADER_CHARACTERS = 14_000;

/** Throws `too-large` when the value does not fit; `what` names it. */
export function encodeHeaderJson(value: unknown, what: string): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  if (text.length <= MAX_HEADER_CHARACTERS) return text;
  throw new OperatorError('too-large', `${what} does not fit into a request header of ${MAX_HEADER_CHARACTERS} bytes`);
}

/** null for a header that is missing. Throws `invalid` for one that is not base64url of JSON, or comes twice. */
export function decodeHeaderJson(header: string | readonly string[] | undefined, name: string): unknown {
  if (header === undefined) return null;
  const bytes = typeof header === 'string' ? Buffer.from(header, 'base64url') : null;
  if (bytes === null || bytes.toString('base64url') !== header) throw malformed(name);
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (cause) {
    throw malformed(name, cause);
  }
}

const malformed = (name: string, cause?: unknown): OperatorError =>
  new OperatorError('invalid', `the header ${name} is not base64url of JSON`, { cause });
