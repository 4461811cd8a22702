// Picks the API server's port on 127.0.0.1: it must be known before the server starts.

import { createServer } from 'node:net';

import { OperatorError } from '../../lib/errors.ts';

/** The wanted port if it is free, null if it is taken. */
export function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE' || cause.code === 'EACCES') resolve(null);
      else reject(cause);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}

/** The port the user asked for. Throws OperatorError('conflict') when it cannot be had. */
export async function requirePort(port: number): Promise<number> {
  const free = await tryPort(port);
  if (free !== null) return free;
  throw new OperatorError(
    'conflict',
    `port ${port} on 127.0.0.1 cannot be used: another program has it; free it or choose another port`,
  );
}

/** The port of the last run if it is free, so that kubeconfigs that were copied still work; else any free one. */
export async function preferPort(lastPort: number | null): Promise<number> {
  const port = (lastPort === null ? null : await tryPort(lastPort)) ?? (await tryPort(0));
  if (port !== null) return port;
  throw new OperatorError('unavailable', 'there is no free port on 127.0.0.1; end some programs that listen there');
}
