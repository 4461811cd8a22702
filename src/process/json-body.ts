// A JSON request body without trust in its size, its depth or its encoding. Reading it is https-server's.

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { OperatorError } from '../lib/errors.ts';
import { hasLoneSurrogate } from '../lib/well-formed.ts';
import { readBody } from './https-server.ts';

export interface JsonLimits {
  /** Most brackets open at a time; deeper text is refused before anything parses it. */
  readonly maxDepth: number;
  /** Most values: fields, elements, and what they are in. Left out: bounded by the bytes alone. */
  readonly maxValues?: number;
}

export interface BodyLimits extends JsonLimits {
  readonly maxBytes: number;
  /** How long its bytes may take. Default a minute. */
  readonly maxMs?: number;
}

/** The parsed body. Rejects with `too-large`, or `invalid` when it is not UTF-8, not JSON, too deep or of too many values; the message never quotes the body. */
export async function readJsonBody(
  request: IncomingMessage,
  limits: BodyLimits,
  signal: AbortSignal,
): Promise<unknown> {
  return parseBoundedJson(await readBody(request, limits, signal), limits);
}

/** As readJsonBody, of bytes that are there. Parsing costs by the number of values, so they are counted first, without parsing. */
export function parseBoundedJson(bytes: Buffer, limits: JsonLimits): unknown {
  const problem = problemOf(bytes, limits);
  if (problem !== null) throw new OperatorError('invalid', `the request body ${problem}`);
  const text = decodeUtf8(bytes);
  const value = parse(text);
  if (hasLoneSurrogate(text, value))
    throw new OperatorError('invalid', 'the request body holds half of a surrogate pair; write the whole character');
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new OperatorError('invalid', 'the request body is not JSON', { cause });
  }
}

/** Without the byte order mark that may stand before it. */
function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new OperatorError('invalid', 'the request body is not UTF-8');
  return bytes.toString(
    'utf8',
    bytes[0] === BYTE_ORDER_MARK[0] && bytes.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0,
  );
}

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const CLOSING_BRACE = 0x7d;
/** 1 for the bytes that the count below stops at: a table, because this loop sees every byte of four megabytes. */
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) => ('",[]{}'.includes(String.fromCharCode(byte)) ? 1 : 0));
/** Shorter strings are walked, longer ones searched. */
const SHORT_BYTES = 32;

/** Why the text is not even parsed, or null. What is inside strings does not count; no byte of a longer character is ASCII. */
function problemOf(text: Buffer, { maxDepth, maxValues = Number.POSITIVE_INFINITY }: JsonLimits): string | null {
  let depth = 0;
  let values = 1;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index] ?? 0;
    if (STOPS[byte] === 0) continue;
    if (byte === QUOTE) {
      index = endOfString(text, index);
      continue;
    }
    if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
      depth -= 1;
      continue;
    }
    values += 1;
    if (values > maxValues) return `holds more than ${maxValues} values`;
    if (byte === COMMA) continue;
    depth += 1;
    if (depth > maxDepth) return `nests deeper than ${maxDepth} levels`;
  }
  return null;
}

/** Index of the closing quote, or of the end of the text. */
function endOfString(text: Buffer, start: number): number {
  let index = start + 1;
  while (index < text.length) {
    for (const until = Math.min(index + SHORT_BYTES, text.length); index < until; index += 1) {
      const byte = text[index];
      if (byte === QUOTE) return index;
      if (byte === BACKSLASH) index += 1;
    }
    const quote = text.indexOf(QUOTE, index);
    if (quote === -1) return text.length;
    if (!isEscaped(text, quote, index)) return quote;
    index = quote + 1;
  }
  return text.length;
}

/** Behind an odd number of backslashes, of which none lies before `from`. */
function isEscaped(text: Buffer, quote: number, from: number): boolean {
  let before = quote - 1;
  while (before >= from && text[before] === BACKSLASH) before -= 1;
  return (quote - 1 - before) % 2 === 1;
}
