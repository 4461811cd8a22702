// A JSON request body without trust in its size, its depth or its encoding. Reading it is https-server's.

import type { IncomingMessage } from 'node:http';
import { OperatorError } from '../lib/errors.ts';
import { readBody } from './https-server.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Most brackets open at a time; deeper text is refused before anything parses it. */
  readonly maxDepth: number;
}

/** The parsed body. Rejects with `too-large`, or `invalid` when it is not UTF-8, not JSON or too deep; the message never quotes the body. */
export async function readJsonBody(
  request: IncomingMessage,
  limits: BodyLimits,
  signal: AbortSignal,
): Promise<unknown> {
  const text = decodeUtf8(await readBody(request, limits.maxBytes, signal));
  if (isDeeperThan(text, limits.maxDepth)) {
    throw new OperatorError('invalid', `the request body nests deeper than ${limits.maxDepth} levels`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new OperatorError('invalid', 'the request body is not JSON', { cause });
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new OperatorError('invalid', 'the request body is not UTF-8', { cause });
  }
}

/** Whether the text has more than `maxDepth` objects and arrays open at once; brackets inside strings do not count. */
export function isDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return false;
}
