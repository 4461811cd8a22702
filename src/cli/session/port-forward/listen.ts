// Listening sockets of this machine.

import { createServer, type Server, type Socket } from 'node:net';
import { OperatorError } from '../../../lib/errors.ts';

export interface Listener {
  /** The one that was chosen, where 0 was asked for. */
  readonly port: number;
  /** Takes no more connections; those that are open are the caller's. */
  close(): Promise<void>;
}

export type Listen = (
  at: { readonly address: string; readonly port: number },
  onConnection: (socket: Socket) => void,
) => Promise<Listener>;

/** Rejects with OperatorError `invalid` when the port cannot be had. Sockets keep their half that is open. */
export const listen: Listen = async (at, onConnection) => {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  await listening(server, at);
  const bound = server.address();
  if (bound === null || typeof bound === 'string')
    throw new OperatorError('internal', 'a listening socket has no port');
  return { port: bound.port, close: () => new Promise((resolve) => void server.close(() => resolve())) };
};

function listening(server: Server, at: { readonly address: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(faultOf(error, at)));
    server.listen({ host: at.address, port: at.port, exclusive: true }, resolve);
  });
}

function faultOf(
  error: NodeJS.ErrnoException,
  { address, port }: { readonly address: string; readonly port: number },
): OperatorError {
  const where = `port ${port} on ${address}`;
  const options = { cause: error };
  if (error.code === 'EADDRINUSE')
    return new OperatorError(
      'invalid',
      `${where} is taken; name another one, as in 18080:8080, or any, as in :8080`,
      options,
    );
  if (error.code === 'EACCES')
    return new OperatorError('invalid', `${where} needs more rights than yours; name one from 1024 on`, options);
  if (error.code === 'EADDRNOTAVAIL')
    return new OperatorError('invalid', `${address} is no address of this machine; 127.0.0.1 is the default`, options);
  return new OperatorError('invalid', `${where} cannot be listened on: ${error.code ?? error.message}`, options);
}
