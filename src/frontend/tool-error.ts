// The closed set of refusals that a client of the tools can see (ux.md 2.5), and how they read: "[CODE] what. why. Next: call".

export const TOOL_ERROR_CODES = [
  'INVALID_ARGUMENT',
  'SESSION_NOT_FOUND',
  'SESSION_EXPIRED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'DOCKER_UNAVAILABLE',
  'INTERNAL',
  'POLICY_DENIED',
  'NAME_TAKEN',
  'QUOTA_EXCEEDED',
  'IMAGE_PULL_FAILED',
  'NO_ELIGIBLE_NODE',
  'NOT_READY_YET',
  'EXEC_TIMEOUT',
  'BUSY',
  'EXEC_NOT_FOUND',
  'OUTPUT_GONE',
  'BINARY_FILE',
  'PATH_NOT_FOUND',
  'PATH_OUTSIDE_WORKSPACE',
  'CONFLICT',
  'FILE_TOO_LARGE',
  'DISK_FULL',
  'CONNECTION_REFUSED',
  'UNSUPPORTED',
] as const;

export type ToolErrorCode = (typeof TOOL_ERROR_CODES)[number];

export interface ToolError {
  readonly code: ToolErrorCode;
  /** What happened and why, as sentences with a full stop. */
  readonly what: string;
  /** The next step, as exact as it can be, without a full stop at its end. */
  readonly next: string;
  readonly retryAfterSeconds?: number;
}

export const renderToolError = (error: ToolError): string => `[${error.code}] ${error.what} Next: ${error.next}.`;

/** A sentence: the text with exactly one full stop at its end. */
export const sentence = (text: string): string => `${text.replace(/[.\s]+$/, '')}.`;
