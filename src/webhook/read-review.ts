// The body of a review, from whoever reaches the port: bounded in bytes, depth, values and time, and in how many large ones are
// held at once. The API server sends a JSON body of known length, without compression.

import type { IncomingMessage } from 'node:http';
import { asOperatorError } from '../lib/errors.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { readJsonBody } from '../process/json-body.ts';

/** Two objects of 1.5 MiB, beyond which the API server can store none, and what is around them. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** The API server waits no longer (`timeoutSeconds` of the configuration). */
const BODY_MS = 5_000;
/** Field ownership repeats every field for every manager, and is nested the deepest. */
export const REVIEW_LIMITS = { maxBytes: MAX_BODY_BYTES, maxDepth: 64, maxValues: 40_000, maxMs: BODY_MS };
/** Larger bodies are taken a few at a time, so that memory has a bound. */
const SMALL_BODY_BYTES = 64 * 1024;
const MAX_LARGE_BODIES = 16;

export interface UnreadableBody {
  readonly status: 400 | 413 | 415 | 503;
  readonly error: string;
}

export type ReadReview = (request: IncomingMessage) => Promise<Result<unknown, UnreadableBody>>;

/** One per listener. Reading ends when `closing` aborts. */
export function createReviewReader(closing: AbortSignal): ReadReview {
  let largeBodies = 0;
  return async (request) => {
    const problem = headerProblem(request);
    if (problem !== null) return err({ status: 415, error: problem });
    if (!isLarge(request)) return read(request, closing);
    if (largeBodies >= MAX_LARGE_BODIES) return err({ status: 503, error: 'too many large reviews at a time' });
    largeBodies += 1;
    try {
      return await read(request, closing);
    } finally {
      largeBodies -= 1;
    }
  };
}

function headerProblem({ headers }: IncomingMessage): string | null {
  const mediaType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') return 'content-type must be application/json';
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' ? null : 'the body must not be compressed';
}

/** A body of unknown length counts as large. */
export const isLarge = ({ headers }: IncomingMessage): boolean =>
  !(Number(headers['content-length'] ?? Number.NaN) <= SMALL_BODY_BYTES);

async function read(request: IncomingMessage, closing: AbortSignal): Promise<Result<unknown, UnreadableBody>> {
  try {
    return ok(await readJsonBody(request, REVIEW_LIMITS, closing));
  } catch (thrown) {
    const { kind, message } = asOperatorError(thrown);
    return err({ status: kind === 'too-large' ? 413 : 400, error: message });
  }
}
