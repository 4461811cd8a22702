// A connection to a port inside a session, as a stream of this process.

import { Duplex } from 'node:stream';

import { OperatorError } from '../../lib/errors.ts';
import type { Channel } from './channel.ts';
import { CreditQueue } from './credit-queue.ts';
import { unexpected } from './exchange.ts';
import { requestFault } from './faults.ts';
import { MAX_DATA_BYTES } from './frames.ts';
import type { Message } from './messages.ts';

const WINDOW_BYTES = 256 * 1024;
const CONNECT_WITHIN_MS = 10_000;
/** More is not sent ahead, whatever is granted. */
const MAX_AHEAD_BYTES = 1_048_576;

/** Resolves when the port has answered. Rejects with `refused`, `cancelled`, `timeout`, or why the channel ended. */
export function openForward(channel: Channel, port: number, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const stream: Forward = new Forward(channel, port, () => {
      over();
      stream.off('error', failed);
      resolve(stream);
    });
    const failed = (fault: Error): void => {
      over();
      reject(fault);
    };
    const onAbort = (): void => void stream.destroy(new OperatorError('cancelled', 'a port forward was cancelled'));
    const late = new OperatorError(
      'timeout',
      `port ${port} of the session did not answer within ${CONNECT_WITHIN_MS} ms`,
    );
    const timer = setTimeout(() => stream.destroy(late), CONNECT_WITHIN_MS);
    stream.once('error', failed);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

class Forward extends Duplex {
  readonly #channel: Channel;
  readonly #id: number;
  readonly #onReady: () => void;
  readonly #incoming: CreditQueue;
  #stopListening: () => unknown = () => {};
  #creditBytes = 0;
  #receivedBytes = 0;
  #wakeWriter: () => void = () => {};
  #wakeReader: () => void = () => {};

  constructor(channel: Channel, port: number, onReady: () => void) {
    super({ allowHalfOpen: true });
    this.#channel = channel;
    this.#onReady = onReady;
    this.#id = channel.newId();
    this.#incoming = new CreditQueue(WINDOW_BYTES, (more) => channel.post('forwardCredit', this.#id, { more }));
    this.#stopListening = channel.listen('request', this.#id, {
      onMessage: (message) => this.#take(message),
      onEnd: (fault) => void this.destroy(fault),
    });
    channel.post('forwardOpen', this.#id, { port, credit: WINDOW_BYTES });
    void this.#pump();
  }

  override _read(): void {
    this.#wakeReader();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    void this.#send(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#channel.post('forwardEof', this.#id, {});
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stopListening();
    this.#incoming.end(null);
    this.#wakeReader();
    this.#wakeWriter();
    const isOver = error === null && this.readableEnded && this.writableFinished;
    if (!isOver) this.#channel.post('cancel', this.#id, {});
    callback(error);
  }

  #take(message: Message): void {
    switch (message.name) {
      case 'forwardReady':
        this.#grant(message.body.credit);
        return this.#onReady();
      case 'forwardCreditBack':
        return this.#grant(message.body.more);
      case 'forwardDataBack':
        return this.#incoming.push({
          lane: '',
          at: this.#received(message.body.data),
          bytes: message.body.data,
          atMs: 0,
        });
      case 'forwardEofBack':
        return this.#incoming.end(null);
      case 'error':
        return void this.destroy(requestFault(message.body));
      default:
        throw unexpected(message);
    }
  }

  /** Position of what comes. */
  #received(data: Uint8Array): number {
    const at = this.#receivedBytes;
    this.#receivedBytes += data.byteLength;
    return at;
  }

  #grant(more: number): void {
    this.#creditBytes = Math.min(this.#creditBytes + more, MAX_AHEAD_BYTES);
    this.#wakeWriter();
  }

  /** Reads no faster than the stream is read. */
  async #pump(): Promise<void> {
    for await (const { bytes } of this.#incoming.pieces()) {
      if (this.destroyed) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wakeReader = resolve;
      if (!this.push(bytes)) await promise;
    }
    if (!this.destroyed) this.push(null);
  }

  async #send(chunk: Buffer, sent: () => void): Promise<void> {
    for (let at = 0; at < chunk.byteLength && !this.destroyed; ) {
      if (this.#creditBytes === 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wakeWriter = resolve;
        await promise;
        continue;
      }
      const data = chunk.subarray(at, at + Math.min(this.#creditBytes, MAX_DATA_BYTES));
      this.#creditBytes -= data.byteLength;
      at += data.byteLength;
      await this.#channel.send('forwardData', this.#id, { data });
    }
    sent();
  }
}
