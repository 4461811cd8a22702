// Binds a server to its address; what the system says when it cannot becomes a fault that says what to do.

import type { Server } from 'node:http';

import { OperatorError } from '../lib/errors.ts';

/** Rejects with OperatorError; its message names the address. */
export function listen(
  server: Server,
  at: { readonly name: string; readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, at));
    server.once('error', onError);
    server.listen({ host: at.host, port: at.port }, () => {
      server.removeListener('error', onError);
      server.on('error', () => {}); // a failed accept (EMFILE) must not end the process
      resolve();
    });
  });
}

function listenError(
  cause: NodeJS.ErrnoException,
  at: { readonly name: string; readonly host: string; readonly port: number },
): OperatorError {
  const what = `the ${at.name} server cannot listen on ${at.host}:${at.port}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new OperatorError(
        'conflict',
        `${what}: port ${at.port} is in use; stop what listens there or choose another port`,
        {
          cause,
        },
      );
    case 'EACCES':
      return new OperatorError('forbidden', `${what}: not permitted; choose a port above 1023`, { cause });
    case 'EADDRNOTAVAIL':
      return new OperatorError('invalid', `${what}: ${at.host} is not an address of this machine`, { cause });
    default:
      return new OperatorError('unavailable', `${what}: ${cause.message}`, { cause });
  }
}
