// `mcpsession port-forward`: every connection to a port of this machine becomes one to a port inside the session.

import type { Socket } from 'node:net';
import { asOperatorError, type FaultKind, OperatorError } from '../../../lib/errors.ts';
import type { PortForwardOptions, PortPair } from '../../arguments/port-forward.ts';
import { EXIT_OK } from '../../exit-codes.ts';
import { complain, note } from '../output.ts';
import type { Console, SessionClient } from '../session-client.ts';
import type { Listen, Listener } from './listen.ts';
import { relay } from './relay.ts';

interface ForwardWorld {
  readonly console: Console;
  readonly client: SessionClient;
  readonly listen: Listen;
}

/** After these no later connection can work either. */
const FATAL: ReadonlySet<FaultKind> = new Set(['expired', 'not-found', 'unauthenticated', 'unsupported']);

/** Goes on until `signal` aborts, which is a good end. Rejects with OperatorError when a port is taken or the session has ended. */
export async function runPortForward(
  options: PortForwardOptions,
  world: ForwardWorld,
  signal: AbortSignal,
): Promise<number> {
  const { console } = world;
  if (options.isExposed)
    note(
      console.stderr,
      `warning: everybody who reaches ${options.address} reaches the session through it, without a token`,
    );
  const connections = new Connections(world);
  const listeners: Listener[] = [];
  try {
    for (const pair of options.ports) {
      const at = { address: options.address, port: pair.local };
      const listener = await world.listen(at, (socket) => connections.take(socket, pair));
      listeners.push(listener);
      await console.stdout.write(`Forwarding from ${hostPort(options.address, listener.port)} -> ${pair.remote}\n`);
    }
    await Promise.race([connections.broken, aborted(signal)]);
    return EXIT_OK;
  } finally {
    const closing = listeners.map((listener) => listener.close());
    connections.end();
    await Promise.all(closing);
  }
}

class Connections {
  /** Rejects with the fault after which nothing works any more; never resolves. */
  readonly broken: Promise<never>;
  readonly #break: (fault: OperatorError) => void;
  readonly #ended = new AbortController();
  readonly #open = new Set<Socket>();
  readonly #world: ForwardWorld;

  constructor(world: ForwardWorld) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {}); // most forwards are stopped instead
    this.broken = promise;
    this.#break = reject;
    this.#world = world;
  }

  take(socket: Socket, pair: PortPair): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.on('error', () => {}); // the client went away; `close` follows
    void this.#forward(socket, pair);
  }

  end(): void {
    this.#ended.abort(new OperatorError('cancelled', 'the forward was stopped'));
    for (const socket of this.#open) socket.destroy();
  }

  async #forward(socket: Socket, { remote }: PortPair): Promise<void> {
    const { client, console } = this.#world;
    try {
      const inside = await client.access.forward(client.session, remote, this.#ended.signal);
      if (socket.destroyed) inside.destroy();
      else await relay(socket, inside);
    } catch (thrown) {
      socket.resetAndDestroy();
      if (this.#ended.signal.aborted) return;
      const fault = asOperatorError(thrown);
      if (FATAL.has(fault.kind)) this.#break(fault);
      else complain(console.stderr, `port ${remote}: `, fault);
    }
  }
}

const hostPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
