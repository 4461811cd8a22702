// What the operations of the node API stand on. Apart from open-session.ts, which imports the operations.

import { OperatorError } from '../lib/errors.ts';
import type { ExecRecord } from '../model/node-protocol.ts';
import type { Policy } from '../model/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandState, ContainerAccess } from '../ports/container-access.ts';
import type { NodeTarget } from './admit.ts';
import type { LogSpool } from './log-spool.ts';
import type { RunningCommands } from './running-commands.ts';
import type { Slots } from './slots.ts';

/** What all sessions of the node share. */
export interface NodeParts {
  readonly containers: ContainerAccess;
  readonly commands: RunningCommands;
  readonly logs: Pick<LogSpool, 'query'>;
  readonly streams: Slots;
  readonly forwards: Slots;
  readonly fileRequests: Slots;
  readonly logReaders: Slots;
  readonly waits: Slots;
  /** Of the profile that judges the sessions of a namespace. */
  readonly policy: (namespace: string) => Policy;
  /** Called when a file request or port forward starts, and what it returns when it ends: the session is in use in between. */
  readonly onActivity: (sessionUid: string) => () => void;
  readonly clock: Clock;
}

/** Runs a part of the request for as long as it is admitted and the node API is open. */
export type Guarded = <T>(act: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>;

/** The session has as many of a kind as it may: try again in a moment. */
export function tooMany(target: NodeTarget, what: string): OperatorError {
  const { namespace, name } = target.session.meta;
  return new OperatorError('conflict', `session ${namespace}/${name} has ${what} already, the most at a time`, {
    retryAfterSeconds: 1,
  });
}

export const recordOf = (execId: string, state: CommandState): ExecRecord => ({ execId, ...state });
