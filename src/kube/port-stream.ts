// A port of a pod as a stream: the bytes of its data channel in a WebSocket of pods/portforward. Each message begins with the number of its
// channel, and each channel with the two bytes of the port's number; the second channel has words when something went wrong.

import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { OperatorError } from '../lib/errors.ts';

export const PORT_PROTOCOL = 'v4.channel.k8s.io';

const DATA_CHANNEL = 0;
const ERROR_CHANNEL = 1;
const PREFIX_BYTES = 2;
/** Of what the other side says went wrong. */
const LONGEST_REASON = 500;
/** For the other side's goodbye. */
const CLOSE_MS = 1_000;
/** The socket was closed as agreed, or by an end that says nothing about why. */
const GOOD_CLOSES: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/**
 * `what` names the port in faults. Reads no faster than it is read, and takes no more than the connection does. The protocol has no end of
 * one direction: `end()` sends nothing, TLS above it says its own goodbye.
 */
export class PortStream extends Duplex {
  readonly #socket: WebSocket;
  readonly #what: string;
  /** Bytes of the port's number that are still to come, by channel. */
  readonly #prefix = [PREFIX_BYTES, PREFIX_BYTES];

  constructor(socket: WebSocket, what: string) {
    super();
    this.#socket = socket;
    this.#what = what;
    this.on('error', () => {}); // it may break before anybody uses it; `errored` tells
    socket.on('message', (message) => this.#receive(message));
    socket.on('error', (cause) => this.destroy(this.#broken(cause.message, cause)));
    socket.on('close', (code) => {
      if (this.destroyed) return;
      if (GOOD_CLOSES.has(code)) this.push(null);
      else this.destroy(this.#broken('the connection was cut'));
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const message = Buffer.allocUnsafe(chunk.length + 1);
    message[0] = DATA_CHANNEL;
    chunk.copy(message, 1);
    this.#socket.send(message, { binary: true }, (cause) => {
      done(cause === undefined || cause === null ? undefined : this.#broken(cause.message, cause));
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.resume(); // a socket that is not read does not hear the goodbye
    this.#socket.close();
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
    done(error);
  }

  #receive(message: Buffer): void {
    const channel = message[0];
    if (channel !== DATA_CHANNEL && channel !== ERROR_CHANNEL) return;
    const start = 1 + this.#skipPrefix(channel, message.length - 1);
    if (start >= message.length || this.destroyed) return;
    const payload = message.subarray(start);
    if (channel === ERROR_CHANNEL) this.destroy(this.#broken(payload.toString('utf8', 0, LONGEST_REASON).trim()));
    else if (!this.push(payload)) this.#socket.pause();
  }

  #skipPrefix(channel: number, available: number): number {
    const skipped = Math.min(this.#prefix[channel] ?? 0, available);
    this.#prefix[channel] = (this.#prefix[channel] ?? 0) - skipped;
    return skipped;
  }

  #broken(why: string, cause?: Error): OperatorError {
    return new OperatorError('unavailable', `the tunnel to ${this.#what} broke: ${why}`, { cause });
  }
}
