// The one place where what the engine, or the socket, says becomes an OperatorError.

import { OperatorError, type FaultKind } from '../lib/errors.ts';
import { ENGINE_CALLS, type EngineCallName } from './engine-calls.ts';

const MAX_WORDS = 300;

export interface FailedCall {
  readonly name: EngineCallName;
  readonly target: string;
  readonly socketPath: string;
}

/** `thrown` by docker-modem or by the socket below it; never an abort, which the client knows better. */
export function engineFault(failed: FailedCall, thrown: unknown): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  const status = numberIn(thrown, 'statusCode');
  if (status !== null) return refused(failed, { status, words: wordsOf(thrown), cause: thrown });
  return unreachable(failed, stringIn(thrown, 'code') ?? '', thrown);
}

/** "Docker could not start container 3f2a9c". */
export function couldNot(failed: Pick<FailedCall, 'name' | 'target'>): string {
  const target = shortId(failed.target);
  return `Docker could not ${ENGINE_CALLS[failed.name].doing}${target === '' ? '' : ` ${target}`}`;
}

/** Reads and pings leave nothing behind; all else may have happened although no answer came (security.md 0.4). */
export function afterEffect(name: EngineCallName): string {
  return ENGINE_CALLS[name].method === 'GET' ? '' : '; the effect may have happened: look before trying again';
}

/** What the engine said, on one line and short. */
export function engineWords(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}...` : line;
}

export const shortId = (target: string): string => (/^[0-9a-f]{64}$/.test(target) ? target.slice(0, 12) : target);

function refused(failed: FailedCall, answer: { status: number; words: string; cause: unknown }): OperatorError {
  const { status, words, cause } = answer;
  const hint = /no space left on device/i.test(words) ? '; the disk of the engine is full: free space on it' : '';
  return new OperatorError(kindOf(failed.name, status, words), `${couldNot(failed)}: ${words}${hint}`, { cause });
}

/** What says that the name is taken, of the calls that make something under a name. */
const TAKEN: Readonly<Partial<Record<EngineCallName, RegExp>>> = {
  containerCreate: /already in use/i,
  networkCreate: /already exists/i,
};

function kindOf(name: EngineCallName, status: number, words: string): FaultKind {
  if (/no space left on device/i.test(words)) return 'unavailable';
  if (status === 409) return TAKEN[name]?.test(words) === true ? 'already-exists' : 'conflict';
  if (status === 404) return 'not-found';
  if (/has active endpoints/i.test(words)) return 'conflict'; // 403 of a network in use
  if (status === 403) return 'forbidden'; // an authorization plugin
  if (status === 502 || status === 503 || status === 504) return 'unavailable';
  return status >= 400 && status < 500 ? 'invalid' : 'internal';
}

function unreachable(failed: FailedCall, code: string, cause: unknown): OperatorError {
  const { socketPath } = failed;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ECONNREFUSED':
      return new OperatorError(
        'unavailable',
        `no Docker Engine answers on ${socketPath}; start it, or configure the path of its socket`,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new OperatorError(
        'unavailable',
        `no permission to use ${socketPath}; run as root or as a member of the group that owns it`,
        { cause },
      );
    default: {
      const why = cause instanceof Error ? engineWords(cause.message) : 'unknown reason';
      return new OperatorError(
        'unavailable',
        `${couldNot(failed)}: the connection on ${socketPath} broke (${why})${afterEffect(failed.name)}`,
        { cause },
      );
    }
  }
}

/** The engine answers errors as {"message": "..."}; docker-modem has it in `json`, but for streams only in its own message. */
function wordsOf(thrown: unknown): string {
  const message = stringIn(fieldOf(thrown, 'json'), 'message') ?? (thrown instanceof Error ? thrown.message : '');
  return engineWords(message.replace(/^\(HTTP code \d+\) [^-]* - /, '')) || 'no reason given';
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : undefined;
}

function stringIn(value: unknown, key: string): string | null {
  const field = fieldOf(value, key);
  return typeof field === 'string' ? field : null;
}

function numberIn(value: unknown, key: string): number | null {
  const field = fieldOf(value, key);
  return typeof field === 'number' ? field : null;
}
