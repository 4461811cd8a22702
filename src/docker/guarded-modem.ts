// The one door to the engine's socket: dockerode's transport with a guard before it. A request that is no row of
// engine-calls.ts never reaches the socket, whoever made it.

import Docker from 'dockerode';

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import { allowedCall } from './allowed-call.ts';
import type { BodyKind, OnEngineCall } from './engine-calls.ts';

/** The part of docker-modem's request that we use. `_query` and `_body` are its way to send both. */
export interface DialRequest {
  readonly method: string;
  /** With its API version; ends in "?" when there is a query. */
  readonly path: string;
  readonly options?: {
    readonly _query?: Readonly<Record<string, string>>;
    readonly _body?: Readonly<Record<string, unknown>>;
  };
  /** Sent as it is; docker-modem calls it a file and labels it a tar. */
  readonly file?: Buffer;
  readonly statusCodes: Readonly<Record<number, true>>;
  readonly abortSignal: AbortSignal;
  readonly isStream?: boolean;
  readonly hijack?: boolean;
  readonly openStdin?: boolean;
  readonly allowEmpty?: boolean;
}

/**
 * 1.41 or newer. Without a version the engine would speak its newest, whatever was negotiated; with an old one a start body
 * has power (security.md 0.3).
 */
const VERSION = /^\/v1\.(?:4[1-9]|[5-9]\d)(?=\/)/;

export interface Modem {
  dial(request: DialRequest, callback: (error: unknown, answer: unknown) => void): void;
}

/**
 * Every setting is named, so that none comes from DOCKER_HOST and its relatives. No `agent`: docker-modem walks it on every
 * request. No `timeout`: it ends requests without a word (stack.md 4).
 */
export function createGuardedModem(options: { readonly socketPath: string; readonly onCall?: OnEngineCall }): Modem {
  const modem = openModem(options.socketPath);
  const dial = modem.dial.bind(modem);
  modem.dial = (request, callback) => {
    const refusal = refusalOf(request);
    if (refusal !== null) return callback(refusal, null);
    options.onCall?.(request.method, plainPath(request));
    dial({ ...request }, callback); // a copy, since docker-modem writes into what it gets
  };
  return modem;
}

function openModem(socketPath: string): Modem {
  const unset = { host: undefined, port: undefined, agent: undefined, timeout: undefined, version: undefined };
  try {
    const docker = new Docker({ ...unset, socketPath, protocol: 'http', headers: {} } as Docker.DockerOptions); // undefined overrides the environment, which the type does not foresee
    return docker.modem as Modem; // the type library has `any` here; the interface above is what docker-modem 5 takes
  } catch (thrown) {
    const { message } = asOperatorError(thrown);
    throw new OperatorError('invalid', `the variable DOCKER_HOST is malformed (${message}); unset it`, {
      cause: thrown,
    });
  }
}

const plainPath = ({ path }: DialRequest): string => path.replace(/\?$/, '').replace(VERSION, '');

function refusalOf(request: DialRequest): OperatorError | null {
  const { method, options = {}, file } = request;
  const bodyFields = Object.keys(options._body ?? {});
  const body: BodyKind = file !== undefined ? 'tar' : bodyFields.length > 0 ? 'json' : 'none';
  const driverOptions = keysOf(options._body?.['DriverOpts']);
  const path = plainPath(request);
  const call = allowedCall({ method, path, query: options._query ?? {}, body, bodyFields, driverOptions });
  const versioned = VERSION.test(request.path) || call === 'version';
  const known = Object.keys(options).every((key) => key === '_query' || key === '_body');
  // A file that is no buffer would be the name of one of this host's files.
  const bytes = file === undefined || Buffer.isBuffer(file);
  if (call !== null && versioned && known && bytes) return null;
  return new OperatorError(
    'internal',
    `${method} ${plainPath(request)} is not in the closed list of Docker Engine calls`,
  );
}

/** What is no object has no option that any row allows. */
function keysOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' && value !== null ? Object.keys(value) : ['(not an object)'];
}
