// Everything that can go wrong on the way to a node API, as our faults: the one mapping file of this client.

import { z } from 'zod';
import { FAULT_KINDS, type FaultKind, OperatorError } from '../lib/errors.ts';
import { kindOfStatus } from '../process/fault-status.ts';

const faultBodySchema = z.object({ kind: z.enum(FAULT_KINDS), message: z.string().max(8192) });

/** The answer to a request that ran nothing: our own {kind, message}, or a guess by status for an answer of something in between. */
export function faultOfResponse(response: {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}): OperatorError {
  const retryAfterSeconds = Number(response.retryAfter ?? Number.NaN);
  const options = Number.isFinite(retryAfterSeconds) ? { retryAfterSeconds } : {};
  const parsed = faultBodySchema.safeParse(parseJson(response.body));
  if (parsed.success) return new OperatorError(parsed.data.kind, parsed.data.message, options);
  return new OperatorError(
    kindOfStatus(response.status),
    `the node API answered HTTP ${response.status} without saying why`,
    options,
  );
}

/** An error frame: the command started and could not be seen through. */
export function faultOfFrame(frame: { readonly kind: string; readonly message: string }): OperatorError {
  return new OperatorError(isFaultKind(frame.kind) ? frame.kind : 'internal', frame.message);
}

/** What the HTTP client throws. `cancelled` only when it was our own signal; the URL is named, never the token. */
export function faultOfTransport(thrown: unknown, url: string, signal: AbortSignal): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  if (signal.aborted) return new OperatorError('cancelled', 'the command was cancelled', { cause: thrown });
  const code = errorCode(thrown);
  const timeouts = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'];
  const kind = timeouts.includes(code) ? 'timeout' : 'unavailable';
  return new OperatorError(kind, `the node API at ${url} did not answer as it should (${code})`, { cause: thrown });
}

const isFaultKind = (kind: string): kind is FaultKind => (FAULT_KINDS as readonly string[]).includes(kind);

function errorCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown error';
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // not our body: the status decides
  }
}
