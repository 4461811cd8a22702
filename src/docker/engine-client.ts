// Sends rows of engine-calls.ts to the engine: API version negotiated once, a deadline for each call, faults mapped.
// Knows nothing of sessions or of which containers are ours.

import { type Duplex, Readable } from 'node:stream';

import { OperatorError } from '../lib/errors.ts';
import type { EngineApiChoice } from '../model/engine-api.ts';
import { isTargetOf } from './allowed-call.ts';
import { chooseApiVersion, versionSchema } from './api-version.ts';
import { ENGINE_CALLS, type EngineCallName, type EngineDeadlines, type OnEngineCall } from './engine-calls.ts';
import { afterEffect, couldNot, engineFault } from './engine-errors.ts';
import { createGuardedModem, type DialRequest, type Modem } from './guarded-modem.ts';

export interface EngineRequest {
  /** Container, exec, image or volume; left out where the call has none. */
  readonly target?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** A body of bytes instead. */
  readonly tar?: Buffer;
  /** Time that the engine itself is asked to wait, on top of the deadline of the call. */
  readonly extraMs?: number;
}

export interface EngineClient {
  /** The parsed answer, or an empty Buffer for none. Rejects with OperatorError only. */
  call(name: EngineCallName, request: EngineRequest, signal: AbortSignal): Promise<unknown>;
  /** The body of the answer as it comes. `signal` ends only the wait for the head: whoever gets the stream destroys it. */
  stream(name: EngineCallName, request: EngineRequest, signal: AbortSignal): Promise<Readable>;
  /** The raw connection after the engine has switched to it. `signal` as in `stream`. */
  hijack(
    name: EngineCallName,
    request: EngineRequest & { readonly stdin: boolean },
    signal: AbortSignal,
  ): Promise<Duplex>;
  /** The negotiated version, for example "1.41". */
  apiVersion(signal: AbortSignal): Promise<string>;
}

export interface EngineClientOptions {
  readonly socketPath: string;
  /** Default: the newest that both sides speak. */
  readonly apiVersion?: EngineApiChoice;
  readonly deadlines?: EngineDeadlines;
  readonly onCall?: OnEngineCall;
}

const ACCEPTED = { 200: true, 201: true, 204: true, 304: true } as const;

/** Opens no connection: the first call does. */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  const { socketPath, deadlines = {} } = options;
  const modem = createGuardedModem(options);
  let negotiation: Promise<string> | null = null;

  async function send(name: EngineCallName, request: SentRequest, signal: AbortSignal): Promise<unknown> {
    const target = request.target ?? '';
    if (!isTargetOf(name, target)) {
      throw new OperatorError(
        'invalid',
        `${couldNot({ name, target: '' })} ${JSON.stringify(target)}: not a valid name`,
      );
    }
    const ms = deadlines[name] ?? ENGINE_CALLS[name].deadlineMs;
    const failed = { name, target, socketPath };
    try {
      return await dialWithin({ modem, name, request, ms: ms === 0 ? 0 : ms + (request.extraMs ?? 0) }, signal);
    } catch (thrown) {
      const fault = engineFault(failed, thrown);
      // The engine went away or changed its version: what comes back may be another one.
      if (fault.kind === 'unavailable' || /client version .* is too/.test(fault.message)) negotiation = null;
      throw fault;
    }
  }

  async function negotiate(): Promise<string> {
    const answer = versionSchema.safeParse(await send('version', {}, new AbortController().signal));
    if (!answer.success) {
      throw new OperatorError('unavailable', `what answers on ${socketPath} is not a Docker Engine`, {
        cause: answer.error,
      });
    }
    return chooseApiVersion(answer.data, options.apiVersion);
  }

  /** Shared by all callers, so it has its own deadline and nobody's signal ends it for the others. */
  async function apiVersion(signal: AbortSignal): Promise<string> {
    negotiation ??= negotiate().catch((thrown: unknown) => {
      negotiation = null;
      throw thrown;
    });
    return unlessAborted(negotiation, signal);
  }

  async function sendVersioned(name: EngineCallName, request: SentRequest, signal: AbortSignal): Promise<unknown> {
    return send(name, { ...request, version: await apiVersion(signal) }, signal);
  }

  return {
    apiVersion,
    call: sendVersioned,
    stream: async (name, request, signal) =>
      (await sendVersioned(name, { ...request, as: 'stream' }, signal)) as Readable, // isStream answers with the response
    hijack: async (name, request, signal) =>
      (await sendVersioned(name, { ...request, as: 'hijack' }, signal)) as Duplex, // hijack answers with the socket
  };
}

interface SentRequest extends EngineRequest {
  /** Left out only to ask for it. */
  readonly version?: string;
  readonly as?: 'stream' | 'hijack';
  readonly stdin?: boolean;
}

interface Dialling {
  readonly modem: Modem;
  readonly name: EngineCallName;
  readonly request: SentRequest;
  readonly ms: number;
}

/**
 * A signal of its own for each call, because docker-modem leaves listeners on the one it gets. Settles at the deadline
 * whether or not docker-modem does.
 */
function dialWithin({ modem, name, request, ms }: Dialling, signal: AbortSignal): Promise<unknown> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const what = couldNot({ name, target: request.target ?? '' });
    const end = (fault: OperatorError) => {
      settle();
      controller.abort(fault);
      reject(fault);
    };
    const onAbort = () => end(new OperatorError('cancelled', `${what}: cancelled${afterEffect(name)}`));
    const onDeadline = () => end(new OperatorError('timeout', `${what} within ${ms} ms${afterEffect(name)}`));
    const timer = ms === 0 ? undefined : setTimeout(onDeadline, ms);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    modem.dial(dialRequest(name, request, controller.signal), (error, answer) => {
      settle();
      if (controller.signal.aborted) discard(answer);
      else if (error) reject(error);
      else resolve(answer);
    });
  });
}

/** A connection that came after its caller had gone. */
function discard(answer: unknown): void {
  if (!(answer instanceof Readable)) return;
  answer.on('error', () => {}); // nobody is left to tell
  answer.destroy();
}

function dialRequest(name: EngineCallName, request: SentRequest, abortSignal: AbortSignal): DialRequest {
  const { method, path } = ENGINE_CALLS[name];
  const { target = '', version, query, body, tar, as } = request;
  const options = query === undefined && body === undefined ? null : { _query: query ?? {}, _body: body ?? {} };
  return {
    method,
    path: `${version === undefined ? '' : `/v${version}`}${path.replace('{}', target)}${query === undefined ? '' : '?'}`,
    statusCodes: ACCEPTED,
    abortSignal,
    ...(options === null ? {} : { options }),
    ...(tar === undefined ? {} : { file: tar }),
    ...(as === undefined ? {} : { isStream: true }),
    ...(as === 'hijack' ? { hijack: true, openStdin: request.stdin ?? false } : {}),
  };
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new OperatorError('cancelled', 'waiting for the Docker Engine was cancelled'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
