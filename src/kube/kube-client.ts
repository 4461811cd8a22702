// The one way requests reach the API server: JSON over the pooled connection, every request with a deadline, every failure an
// OperatorError. Objects pass through untouched: typed models would drop what they do not know.

import { type Dispatcher, request as send } from 'undici';

import { isFault, OperatorError } from '../lib/errors.ts';
import type { ServerAnswer } from '../process/cluster-clock.ts';
import { orAborted, withDeadline } from '../process/deadline.ts';
import { createConnection, type KubeconfigSource } from './connection.ts';
import { faultOfResponse, faultOfTransport } from './kube-errors.ts';

export type { KubeconfigSource } from './connection.ts';

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path of the API, every variable segment already encoded (see api-paths.ts). */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Default application/json. A PATCH names its kind here. */
  readonly contentType?: string;
  /** Default 15 s: above what a healthy server needs, below the minute it hangs without etcd. */
  readonly deadlineMs?: number;
}

export interface KubeResponse {
  readonly status: number;
  readonly body: unknown;
  /** Texts of the Warning headers, as kubectl prints them after "Warning:". */
  readonly warnings: readonly string[];
}

export interface KubeClient {
  readonly url: string;
  /** Rejects with OperatorError (kube-errors.ts); `timeout` after the deadline, `cancelled` when `signal` aborts. */
  request(request: KubeRequest, signal: AbortSignal): Promise<KubeResponse>;
  /** A 200 answer as it arrives, without a deadline: the caller must watch for silence and abort `signal`. */
  stream(request: Pick<KubeRequest, 'path' | 'query'>, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /** Calls `listener` at each answer with the server's own time, whatever else it says. */
  onAnswer(listener: (answer: ServerAnswer) => void): void;
  close(): Promise<void>;
}

const DEFAULT_DEADLINE_MS = 15_000;
/** A page of 500 objects of 200 kB each; more is a fault, not a list. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

export function createKubeClient(options: {
  readonly kubeconfig: KubeconfigSource;
  /** Example: "mcpsession-controller/0.1.0". */
  readonly userAgent: string;
}): KubeClient {
  const connection = createConnection(options.kubeconfig, options.userAgent);
  const { url } = connection;
  const listeners: ((answer: ServerAnswer) => void)[] = [];

  const open = async (request: KubeRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> => {
    const { dispatcher, headers } = await orAborted(connection.prepare(), signal); // a credential plugin may hang
    const hasBody = request.body !== undefined;
    const sentMs = performance.now();
    const response = await send(`${url}${request.path}${queryOf(request.query)}`, {
      method: request.method,
      dispatcher,
      signal,
      headers: hasBody ? { ...headers, 'content-type': request.contentType ?? 'application/json' } : headers,
      body: hasBody ? JSON.stringify(request.body) : null,
    });
    const dateMs = Date.parse(firstHeader(response.headers['date']));
    const roundTripMs = performance.now() - sentMs;
    if (!Number.isNaN(dateMs)) for (const listener of listeners) listener({ dateMs, roundTripMs });
    if (response.statusCode < 400) return response;
    const bodyText = await textOf(response);
    if (response.statusCode === 401) connection.forgetCredentials();
    const retryAfter = firstHeader(response.headers['retry-after']);
    throw faultOfResponse({ status: response.statusCode, retryAfter, bodyText, what: nameOf(request) });
  };

  const translated = async <T>(what: string, act: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await act();
    } catch (thrown) {
      if (signal.aborted) throw cancelled(signal, what);
      throw faultOfTransport(thrown, { url, what });
    }
  };

  return {
    url,
    request(request, signal) {
      const what = nameOf(request);
      const exchange = async (limited: AbortSignal): Promise<KubeResponse> => {
        const response = await open(request, limited);
        const text = await textOf(response);
        return {
          status: response.statusCode,
          body: text === '' ? null : parseJson(text, what),
          warnings: warningsOf(response.headers['warning']),
        };
      };
      const limit = { ms: request.deadlineMs ?? DEFAULT_DEADLINE_MS, what: `${what} on ${url}` };
      return translated(what, () => withDeadline(limit, exchange, signal), signal);
    },
    stream(request, signal) {
      const get: KubeRequest = { ...request, method: 'GET' };
      return translated(nameOf(get), async () => (await open(get, signal)).body, signal);
    },
    onAnswer: (listener) => void listeners.push(listener),
    close: () => connection.close(),
  };
}

const nameOf = (request: Pick<KubeRequest, 'method' | 'path'>): string => `${request.method} ${request.path}`;

function queryOf(query: KubeRequest['query']): string {
  const pairs = Object.entries(query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

async function textOf(response: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new OperatorError('too-large', `the API server answered more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OperatorError('unavailable', `${what}: the answer is not JSON; is this a Kubernetes API server?`, {
      cause,
    });
  }
}

/** Warning: 299 - "text" (RFC 7234 5.5), once per header or several joined by commas; quotes inside are escaped. */
function warningsOf(header: string | string[] | undefined): readonly string[] {
  const lines = header === undefined ? [] : [header].flat();
  return lines.flatMap((line) =>
    [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replaceAll(/\\(.)/g, '$1')),
  );
}

const firstHeader = (header: string | string[] | undefined): string => [header].flat()[0] ?? '';

function cancelled(signal: AbortSignal, what: string): OperatorError {
  const { reason } = signal as { reason: unknown }; // lib types it as any
  if (reason instanceof OperatorError && !isFault(reason, 'internal')) return reason;
  return new OperatorError('cancelled', `${what} was cancelled`, { cause: reason });
}
