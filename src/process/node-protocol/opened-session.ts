// What one request of the node protocol found: who asks for what, and the session that it may use. Both servers of the protocol
// implement `open`; reading requests and writing answers is the same for both and lives in the files beside this one.

import type { Bound } from '../../lib/method-types.ts';
import type { Caller } from '../../model/caller.ts';
import type { ExecCommand, ExecFrame } from '../../model/node-protocol.ts';
import type { Route } from '../../model/node-routes.ts';
import type { Log } from '../../ports/log.ts';
import type { NodeAccess } from '../../ports/node-access.ts';

/** What the request says; nothing of it has been believed. */
export interface Claims extends Route {
  readonly uid: string;
  /** Whom the request is for; null: the bearer of the token itself. */
  readonly caller: Caller | null;
}

/** A session that the request may use for its operation, with the contracts of NodeAccess. */
export interface OpenedSession extends Bound<Omit<NodeAccess, 'exec'>> {
  /** Waits for the promises of `onFrame`. Aborting `signal` lets go of the command. */
  exec(command: ExecCommand, onFrame: (frame: ExecFrame) => void | Promise<void>, signal: AbortSignal): Promise<void>;
}

export interface ProtocolServer {
  /** Rejects with OperatorError when the claims are refused; nothing has happened in the session then. */
  readonly open: (claims: Claims, signal: AbortSignal) => Promise<OpenedSession>;
  readonly log: Log;
}
