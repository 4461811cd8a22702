// What the API server or the way to it answered -> our fault kinds. The only place that knows the API server's status
// objects; everything else in src/kube sees OperatorError.

import { z } from 'zod';

import { type FaultKind, OperatorError } from '../lib/errors.ts';

const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  code: z.number().default(0),
  details: z
    .object({
      kind: z.string().default(''),
      name: z.string().default(''),
      retryAfterSeconds: z.number().default(0),
      causes: z.array(z.object({ field: z.string().default(''), message: z.string().default('') })).default([]),
    })
    .optional(),
});

type KubeStatus = z.output<typeof statusSchema>;

export interface FailedResponse {
  readonly status: number;
  /** Value of the Retry-After header, "" when there is none. */
  readonly retryAfter: string;
  readonly bodyText: string;
  /** Method and path, for the message. Example: "PUT /apis/...". */
  readonly what: string;
}

/** Longest text of another program that we pass on when it is not a status object. */
const LONGEST_FOREIGN_TEXT = 300;

/** The fault behind an answer with a status of 400 or more; text/plain bodies (429 of priority and fairness) included. */
export function faultOfResponse(response: FailedResponse): OperatorError {
  const status = parseStatus(response.bodyText);
  const message = status === null ? plainMessage(response) : messageOfStatus(status, response.status, response.what);
  return new OperatorError(kindOf(response.status, status), message, retryAfterOf(response.retryAfter, status));
}

/** The fault behind an ERROR event of a watch: the same status object, inside a 200 answer. */
export function faultOfWatchError(object: unknown, what: string): OperatorError {
  const parsed = statusSchema.safeParse(object);
  if (!parsed.success) return new OperatorError('internal', `${what}: an ERROR event without a status`);
  const status = parsed.data;
  return new OperatorError(
    kindOf(status.code, status),
    messageOfStatus(status, status.code, what),
    retryAfterOf('', status),
  );
}

/** The fault behind a request that got no answer at all; `thrown` is what undici or the TLS stack rejected with. */
export function faultOfTransport(thrown: unknown, at: { readonly url: string; readonly what: string }): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  const code = codeOf(thrown);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const detail = code === '' || text.includes(code) ? text : `${code}: ${text}`;
  const away = `the API server at ${at.url} does not answer`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new OperatorError('timeout', `${at.what}: ${away} in time`, { cause: thrown });
  }
  if (isCertificateFault(code)) {
    const message = `${at.what}: the certificate of the API server at ${at.url} is not accepted (${detail}); check certificate-authority and server in the kubeconfig`;
    return new OperatorError('unavailable', message, { cause: thrown });
  }
  return new OperatorError('unavailable', `${at.what}: ${away} (${detail})`, { cause: thrown });
}

function kindOf(code: number, status: KubeStatus | null): FaultKind {
  if (code === 500 && status?.message.includes('request is too large') === true) return 'too-large'; // etcd's own limit
  if (code >= 500 || code === 429) return 'unavailable';
  switch (code) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      // Only a status that names the object says that it is absent. A server that is starting, or whose CRD is away, answers
      // 404 for the whole path: unknown is not absent.
      return (status?.details?.name ?? '') === '' ? 'unavailable' : 'not-found';
    case 409:
      return status?.reason === 'AlreadyExists' ? 'already-exists' : 'conflict';
    case 410:
      return 'expired';
    case 413:
      return 'too-large';
    default:
      return code >= 400 ? 'invalid' : 'internal';
  }
}

/** A 422 reads as kubectl shows it: the object, then each distinct cause; other answers say what the server said. */
function messageOfStatus(status: KubeStatus, code: number, what: string): string {
  const { details } = status;
  const causes = [...new Set((details?.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`))];
  if (code !== 422 || details === undefined || causes.length === 0) {
    return status.message === '' ? `${what}: status ${code} ${status.reason}`.trimEnd() : status.message;
  }
  const subject =
    details.kind === '' && details.name === ''
      ? 'The request is invalid'
      : `The ${details.kind} ${JSON.stringify(details.name)} is invalid`;
  if (causes.length === 1) return `${subject}: ${causes[0]}`;
  return `${subject}: \n${causes.map((cause) => `* ${cause}`).join('\n')}`;
}

function plainMessage(response: FailedResponse): string {
  const text = response.bodyText.trim().slice(0, LONGEST_FOREIGN_TEXT);
  return `${response.what}: status ${response.status}${text === '' ? '' : `: ${text}`}`;
}

function retryAfterOf(header: string, status: KubeStatus | null): { retryAfterSeconds?: number } {
  const seconds = Number.parseInt(header, 10) || (status?.details?.retryAfterSeconds ?? 0);
  return seconds > 0 ? { retryAfterSeconds: seconds } : {};
}

function parseStatus(text: string): KubeStatus | null {
  try {
    const parsed = statusSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not JSON: the caller shows the text itself
  }
}

/** The error code, also of the first error inside an AggregateError (a host with several addresses). */
function codeOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}

const isCertificateFault = (code: string): boolean =>
  code.startsWith('ERR_TLS_') || code.includes('CERT') || code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
