// The name server of the cluster, over UDP and TCP.

import { createSocket, type RemoteInfo } from 'node:dgram';
import { createServer, type Socket } from 'node:net';

import type { Api } from '../api.ts';
import { answerMessage, parseQuestion } from './message.ts';
import { answerTo } from './service-addresses.ts';

const PORT = 53;
/** Of a message over TCP stands before it. */
const LENGTH_BYTES = 2;
const IDLE_MS = 10_000;

export interface NameServer {
  listen(address: string): Promise<void>;
}

export function createNameServer(api: Api): NameServer {
  const udp = createSocket('udp4');
  udp.on('message', (message: Buffer, from: RemoteInfo) => {
    void answer(message, api).then((reply) => {
      if (reply !== null) udp.send(reply, from.port, from.address);
    });
  });
  const tcp = createServer((socket) => serve(socket, api));
  return {
    listen: async (address) => {
      await new Promise<void>((resolve) => udp.bind(PORT, address, resolve));
      await new Promise<void>((resolve) => tcp.listen(PORT, address, resolve));
    },
  };
}

/** null for what is no question. */
async function answer(message: Buffer, api: Api): Promise<Buffer | null> {
  const question = parseQuestion(message);
  if (question === null) return null;
  try {
    return answerMessage(question, await answerTo(question, api));
  } catch (cause) {
    console.error(`name server: ${question.name}: ${String(cause)}`);
    return answerMessage(question, { code: 'serverFailure', addresses: [], ttlSeconds: 0 });
  }
}

function serve(socket: Socket, api: Api): void {
  let received: Buffer = Buffer.alloc(0);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= LENGTH_BYTES && received.length >= LENGTH_BYTES + received.readUInt16BE(0)) {
      const end = LENGTH_BYTES + received.readUInt16BE(0);
      const message = received.subarray(LENGTH_BYTES, end);
      received = received.subarray(end);
      void answer(message, api).then((reply) => {
        if (reply === null) return;
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt16BE(reply.length, 0);
        socket.write(Buffer.concat([length, reply]));
      });
    }
  });
}
