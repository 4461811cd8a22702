// The other end of a channel in this process: what comes from the controller as messages, and whatever is wanted back.

import { Duplex } from 'node:stream';

import { Channel } from '../../../../src/docker/attach/channel.ts';
import { FrameReader } from '../../../../src/docker/attach/frames.ts';
import {
  type Body,
  decodeMessage,
  encodeMessage,
  type Message,
  type MessageName,
} from '../../../../src/docker/attach/messages.ts';

export interface FakeInit extends FakeStream {
  readonly channel: Channel;
}

export interface FakeStream {
  readonly stream: Duplex;
  /** What the controller has sent so far, HELLO included. */
  readonly received: readonly Message[];
  send<N extends MessageName>(name: N, id: number, body: Body<N>): void;
  /** Bytes as the init's output, in the engine's frames. */
  sendBytes(bytes: Uint8Array, from?: 1 | 2): void;
  acknowledge(change?: Partial<Body<'helloAck'>>): void;
  /** Resolves when everything that was sent so far has been read. */
  settled(): Promise<void>;
}

/** Begins with zeros, so that the first request is number 1. */
export const NONCE = Buffer.alloc(16, 7).fill(0, 0, 4);

export interface FakeOptions {
  readonly reads?: boolean;
  readonly onMessage?: (message: Message, init: FakeStream) => void;
}

/** With a channel of its own to it. */
export function aFakeInit(options: FakeOptions = {}): FakeInit {
  const fake = aFakeStream(options);
  return { ...fake, channel: new Channel(fake.stream, NONCE) };
}

export function aFakeStream(options: FakeOptions = {}): FakeStream {
  const { reads = true, onMessage = () => {} } = options;
  const received: Message[] = [];
  const reader = new FrameReader((frame) => {
    const message = decodeMessage(frame);
    if (message === null) return;
    received.push(message);
    onMessage(message, init);
  });
  const stream: Duplex = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      reader.push(Buffer.from(chunk));
      if (reads) done();
    },
  });
  const sendBytes = (bytes: Uint8Array, from: 1 | 2 = 1): void => {
    const header = Buffer.alloc(8);
    header.writeUInt8(from, 0);
    header.writeUInt32BE(bytes.byteLength, 4);
    stream.push(Buffer.concat([header, bytes]));
  };
  const init: FakeStream = {
    stream,
    received,
    sendBytes,
    send: (name, id, body) => sendBytes(Buffer.concat(encodeMessage(name, id, body))),
    acknowledge: (change = {}) => {
      const plain = { protocol: 1, version: '1', uptimeMs: 1, main: 'none', nextMainSequence: 0, cpuMs: 0 } as const;
      init.send('helloAck', 0, { nonce: NONCE, ...plain, ...change });
    },
    settled: async () => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return init;
}
