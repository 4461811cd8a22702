// What the session init refuses, and what can be wrong with the way to it, as faults of the port.

import { OperatorError } from '../../lib/errors.ts';
import { shortId } from '../engine-errors.ts';
import { noDirectory, noProgram, notRunnable } from '../start-words.ts';
import type { Body, InitErrorCode } from './messages.ts';

/** errno of execve(2) for arguments that are too large. */
const E2BIG = 7;

/** The engine says that the container does not run, or not any more. */
export class ContainerEnded extends OperatorError {
  constructor(containerId: string) {
    super('unavailable', `container ${shortId(containerId)} does not run`);
  }
}

/** The container runs, says the engine, and its session init does not answer. */
export class InitSilent extends OperatorError {
  constructor(containerId: string, cause?: unknown) {
    super('unavailable', `the session init of container ${shortId(containerId)} does not answer`, { cause });
  }
}

type Refusal = Body<'error'>;

/** Of whatever has no meaning of its own. `message` is the init's claim, so it is bounded. */
function refused({ code, message }: Refusal): OperatorError {
  const words = message.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);
  if (code === 'busy') {
    return new OperatorError('conflict', `the session is busy: ${words}`, { retryAfterSeconds: 1 });
  }
  return new OperatorError(KIND_OF[code], words === '' ? `refused by the session: ${code}` : words);
}

const KIND_OF = {
  invalid: 'invalid',
  'not-found': 'path-not-found',
  'outside-root': 'path-outside',
  conflict: 'conflict',
  'no-space': 'no-space',
  'too-large': 'too-large',
  unsupported: 'unsupported',
  denied: 'forbidden',
  'wrong-type': 'invalid',
  gone: 'expired',
  refused: 'refused',
  internal: 'internal',
  'not-executable': 'invalid',
} as const satisfies Record<Exclude<InitErrorCode, 'busy'>, OperatorError['kind']>;

export const requestFault = refused;

/** What the init says of a path, with the path as the caller wrote it. */
export const fileFault =
  (path: string) =>
  (refusal: Refusal): OperatorError => {
    const fault = refused(refusal);
    const { kind, message, retryAfterSeconds } = fault;
    const wait = retryAfterSeconds === null ? {} : { retryAfterSeconds };
    return new OperatorError(kind, `${JSON.stringify(path)}: ${message}`, wait);
  };

export const startFault =
  (attempt: { readonly execId: string; readonly program: string; readonly cwd: string | null }) =>
  (refusal: Refusal): OperatorError => {
    switch (refusal.code) {
      case 'not-found':
        return noProgram(attempt.program);
      case 'not-executable':
        return notRunnable(attempt.program);
      case 'conflict':
        return new OperatorError('already-exists', `there is a command ${attempt.execId} in this session already`);
      case 'invalid':
        return refusal.errno === 0 || refusal.errno === E2BIG ? refused(refusal) : noDirectory(attempt.cwd);
      default:
        return refused(refusal);
    }
  };
