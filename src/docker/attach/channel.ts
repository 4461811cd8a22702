// One attached connection to a session init: takes the engine's headers off, finds the frames, and hands each message to whoever
// listens for its request or its command. Believes nothing: what is malformed, or more than was asked for, ends the connection.

import type { Duplex } from 'node:stream';

import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { createDemuxer } from '../demux.ts';
import { type Frame, FrameReader, LARGEST_FRAME_BYTES } from './frames.ts';
import {
  type Body,
  decodeMessage,
  encodeMessage,
  type Message,
  MESSAGES,
  type MessageName,
  PROTOCOL,
} from './messages.ts';

export interface Listener {
  /** May throw: that ends the connection. Views in the message stay as they are. */
  readonly onMessage: (message: Message) => void;
  readonly onEnd: (fault: OperatorError) => void;
}

/** For answers of a request, output of a command, credit for its input, output of the main command (id 0), and the end alone (id 0). */
export type Topic = 'connection' | 'request' | 'output' | 'input' | 'main';

/** Ends a frame that a predecessor left unfinished. */
const PADDING = Buffer.alloc(LARGEST_FRAME_BYTES);
/** What may wait to be sent: everything that sends much waits for `send`, so more means that nobody reads. */
const MAX_QUEUED_BYTES = 8 * 1_048_576;
/** Commands with open input that one connection remembers, and the most that one of them may be sent ahead. */
const MAX_INPUTS = 1024;
const MAX_INPUT_CREDIT_BYTES = 1_048_576;

export class Channel {
  readonly #stream: Duplex;
  readonly #nonce: Uint8Array;
  readonly #acknowledged = Promise.withResolvers<Body<'helloAck'>>();
  readonly #listeners: Readonly<Record<Topic, Map<number, Listener>>> = {
    connection: new Map(),
    request: new Map(),
    output: new Map(),
    input: new Map(),
    main: new Map(),
  };
  readonly #reader = new FrameReader((frame) => this.#take(frame));
  /** null before the own HELLO_ACK: what comes before it is none of ours. */
  #skippedBefore: number | null = null;
  #fault: OperatorError | null = null;
  #superseded = false;
  /** Begins anywhere: what the engine still holds of an earlier connection must not meet a request of this one. */
  #lastId: number;
  /** What each command's input may still be sent, by handle. The init tells a new connection by itself, before anybody asks. */
  readonly #inputCredit = new Map<number, number>();

  /** Says HELLO at once; before the container has started it waits in the engine. `nonce`: 16 random bytes. */
  constructor(stream: Duplex, nonce: Uint8Array) {
    this.#stream = stream;
    this.#nonce = nonce;
    this.#lastId = Buffer.from(nonce).readUInt32BE(0) >>> 2;
    this.#acknowledged.promise.catch(() => {}); // told to whoever waits for it
    const demuxer = createDemuxer({ maxBytes: Infinity, onOutput: (from, bytes) => this.#receive(from, bytes) });
    stream.on('data', (chunk: Buffer) => this.#guard(() => demuxer.push(chunk)));
    stream.on('error', (error) => this.end(broken(error)));
    stream.on('close', () => this.end(broken()));
    stream.on('end', () => this.end(broken()));
    stream.write(PADDING);
    this.post('hello', 0, { nonce, protocol: PROTOCOL });
  }

  /** Rejects when the connection ends before. */
  get acknowledged(): Promise<Body<'helloAck'>> {
    return this.#acknowledged.promise;
  }

  get isAcknowledged(): boolean {
    return this.#skippedBefore !== null;
  }

  /** Why it ended; null while it is open. */
  get fault(): OperatorError | null {
    return this.#fault;
  }

  /** Another controller has attached. */
  get superseded(): boolean {
    return this.#superseded;
  }

  newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Nothing happens on a connection that has ended: its listeners have been told. */
  post<N extends MessageName>(name: N, id: number, body: Body<N>): void {
    this.#write(Buffer.concat(encodeMessage(name, id, body)));
  }

  /** For data, which is not copied: resolves when it may be written to again, or the connection has ended. */
  async send<N extends MessageName>(name: N, id: number, body: Body<N>): Promise<void> {
    if (this.#fault !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stream.cork();
    const pieces = encodeMessage(name, id, body);
    for (const piece of pieces.slice(0, -1)) this.#write(piece);
    this.#write(pieces.at(-1) ?? PADDING.subarray(0, 0), () => resolve());
    this.#stream.uncork();
    await promise;
  }

  /** One listener for each: a later one replaces it. `onEnd` comes at once on a connection that has ended. Returns how to stop; false when it had ended. */
  listen(topic: Topic, id: number, listener: Listener): () => boolean {
    if (this.#fault !== null) {
      listener.onEnd(this.#fault);
      return () => false;
    }
    const listeners = this.#listeners[topic];
    listeners.set(id, listener);
    return () => listeners.get(id) === listener && listeners.delete(id);
  }

  inputCredit(handle: number): number {
    return this.#inputCredit.get(handle) ?? 0;
  }

  /** Negative for what was sent. */
  addInputCredit(handle: number, bytes: number): void {
    const known = this.#inputCredit.get(handle) ?? 0;
    this.#inputCredit.delete(handle); // the one that was fed last is forgotten last
    this.#inputCredit.set(handle, Math.min(known + bytes, MAX_INPUT_CREDIT_BYTES));
    const [oldest] = this.#inputCredit.keys();
    if (oldest !== undefined && this.#inputCredit.size > MAX_INPUTS) this.#inputCredit.delete(oldest);
  }

  end(fault: OperatorError): void {
    if (this.#fault !== null) return;
    this.#fault = fault;
    this.#stream.destroy();
    this.#acknowledged.reject(fault);
    for (const listeners of Object.values(this.#listeners)) {
      const all = [...listeners.values()];
      listeners.clear();
      for (const listener of all) listener.onEnd(fault);
    }
  }

  #write(bytes: Uint8Array, done: () => void = () => {}): void {
    if (this.#fault !== null) return done();
    this.#stream.write(bytes, done); // also called when it was not written
    if (this.#stream.writableLength <= MAX_QUEUED_BYTES) return;
    this.end(new OperatorError('unavailable', 'the session init does not read what it is sent'));
  }

  #guard(act: () => void): void {
    if (this.#fault !== null) return;
    try {
      act();
    } catch (thrown) {
      this.end(asOperatorError(thrown));
    }
  }

  #receive(from: 'stdout' | 'stderr', bytes: Uint8Array): void {
    if (this.#fault !== null) return;
    if (from === 'stderr') throw new OperatorError('internal', 'the session init wrote to its standard error');
    this.#reader.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)); // the same bytes, not a copy
    if (this.#skippedBefore !== null && this.#reader.skippedBytes > this.#skippedBefore) {
      throw new OperatorError('internal', 'the session init sent bytes that are no frame');
    }
  }

  #take(frame: Frame): void {
    if (this.#fault !== null) return;
    if (frame.type === MESSAGES.helloAck.type) return this.#acknowledge(frame);
    if (this.#skippedBefore === null) return;
    const message = decodeMessage(frame);
    if (message === null) return;
    if (message.name === 'execExit') this.#inputCredit.delete(message.id);
    if (message.name === 'execStdinCredit') this.addInputCredit(message.id, message.body.more);
    const { of } = MESSAGES[message.name];
    if (of !== 'handle') this.#listeners[of].get(message.id)?.onMessage(message);
  }

  #acknowledge(frame: Frame): void {
    const message = decodeMessage(frame);
    if (message?.name !== 'helloAck') return;
    const { body } = message;
    const own = Buffer.compare(body.nonce, this.#nonce) === 0;
    if (this.#skippedBefore !== null) {
      if (own) return;
      this.#superseded = true;
      throw new OperatorError('unavailable', 'another controller has attached to the session');
    }
    if (!own) return;
    if (body.protocol !== PROTOCOL) {
      throw new OperatorError('unavailable', `the session init speaks protocol ${body.protocol}, not ${PROTOCOL}`);
    }
    this.#skippedBefore = this.#reader.skippedBytes;
    this.#acknowledged.resolve(body);
  }
}

const broken = (cause?: unknown): OperatorError =>
  new OperatorError('unavailable', 'the connection to the session init broke', { cause });
