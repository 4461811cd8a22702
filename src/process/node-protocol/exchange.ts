// One request of the node protocol and what the files that serve it share.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asOperatorError } from '../../lib/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { Claims, OpenedSession, ProtocolServer } from './opened-session.ts';
import { readClaims } from './read-request.ts';

/** One request on its way. `signal` aborts when its client has gone. */
export interface Exchange {
  readonly server: ProtocolServer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** The session of a request whose caller travels in its header. */
export function openFor(
  exchange: Pick<Exchange, 'server' | 'request' | 'signal'>,
  target: Omit<Claims, 'caller'>,
): Promise<OpenedSession> {
  const { uid, ...route } = target;
  return exchange.server.open(readClaims(exchange.request, route, uid), exchange.signal);
}

export function logFault(log: Log, thrown: unknown): void {
  const fault = asOperatorError(thrown);
  const fields = { kind: fault.kind, error: fault.message };
  if (fault.kind === 'internal') log.error('a request of the node protocol failed', fields);
  else log.debug('a request of the node protocol was refused or ended', fields);
}
