// A connection to a port inside an admitted session.

import type { Duplex } from 'node:stream';
import { asOperatorError } from '../lib/errors.ts';
import type { RunningTarget } from './admit.ts';
import { type Guarded, type NodeParts, tooMany } from './node-parts.ts';

/** A browser opens six to one server at a time; a few programs side by side. */
const MAX_FORWARDS = 32;

/** Rejects as ContainerAccess.connect, and with `conflict`. The connection ends when the request is not admitted any more. */
export async function forwardTo(
  parts: NodeParts,
  request: { readonly target: RunningTarget; readonly guarded: Guarded; readonly port: number },
  signal: AbortSignal,
): Promise<Duplex> {
  const { target, guarded, port } = request;
  const { uid } = target.session.meta;
  const release = parts.forwards.take(uid, MAX_FORWARDS);
  if (release === null) throw tooMany(target, `${MAX_FORWARDS} port forwards`);
  const ended = parts.onActivity(uid);
  const over = (): void => {
    ended();
    release();
  };
  try {
    const connection = await parts.containers.connect(target.containerId, port, signal);
    guarded((within) => untilClosed(connection, within), signal).catch((thrown: unknown) => {
      connection.destroy(asOperatorError(thrown));
    });
    if (connection.closed) over();
    else connection.once('close', over);
    return connection;
  } catch (thrown) {
    over();
    throw thrown;
  }
}

function untilClosed(connection: Duplex, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', () => {}); // 'close' follows
    if (connection.closed) resolve();
    connection.once('close', resolve);
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
