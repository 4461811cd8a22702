// The closed set of faults. Each wire (HTTP, admission, MCP, CLI) maps kinds to its own codes in one file.

export const FAULT_KINDS = [
  'invalid', // the request can never succeed as it stands
  'unauthenticated',
  'forbidden',
  'denied', // a safety rule refuses it; the message names the rule and the fix
  'not-found',
  'path-not-found', // a file in a session; the session itself is there
  'path-outside', // the path leads out of the session's workspace
  'already-exists',
  'conflict', // optimistic lock lost, or the object is busy: look again, then retry
  'too-large',
  'no-space', // the workspace is full
  'refused', // nothing listens on that port of the session
  'unsupported', // this session, kernel or engine cannot do it; a retry never helps
  'rate-limited',
  'expired', // a watch position or a continue token is too old: list again
  'timeout', // no answer in time; the effect may have happened
  'unavailable', // the other side is away or not ready: retry later
  'cancelled', // our own AbortSignal
  'internal',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * A fault: something outside the rules went wrong. The message says what failed, the value, and what to do;
 * it never holds a secret, because it reaches logs, events and status.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly kind: FaultKind;
  /** Seconds after which a retry makes sense, when the other side said so. */
  readonly retryAfterSeconds: number | null;

  constructor(kind: FaultKind, message: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** The fault inside anything thrown: our own as it is, an abort as `cancelled`, the rest as `internal`. */
export function asOperatorError(thrown: unknown): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  if (thrown instanceof Error) {
    const kind = thrown.name === 'AbortError' ? 'cancelled' : thrown.name === 'TimeoutError' ? 'timeout' : 'internal';
    return new OperatorError(kind, thrown.message, { cause: thrown });
  }
  return new OperatorError('internal', String(thrown), { cause: thrown });
}

export function isFault(thrown: unknown, kind: FaultKind): boolean {
  return thrown instanceof OperatorError && thrown.kind === kind;
}
