// A request that asks to leave HTTP (Connection: Upgrade): refused like every other request, or answered with 101 and handed over
// as a plain connection. node:http gives only the socket; this file makes both answers of it.

import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A peer that was refused has so long to read why. */
const HANG_UP_MS = 5_000;

export interface Upgrade {
  readonly request: IncomingMessage;
  /** For a refusal: an ordinary answer, after which the connection closes. */
  readonly response: ServerResponse;
  /** Aborts when the connection is gone. */
  readonly closed: AbortSignal;
  /** Answers 101; from here on the connection speaks `protocol`. Its two directions end independently of each other. */
  readonly accept: (protocol: string) => Duplex;
}

export function openUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Upgrade {
  const gone = new AbortController();
  socket.on('error', () => {}); // the peer went away; 'close' follows
  socket.once('close', () => gone.abort());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  const plain = socket as Socket; // a server of node:http and node:https gives a net.Socket or a tls.TLSSocket, which is one
  response.assignSocket(plain);
  const hangUp = () => {
    response.detachSocket(plain);
    socket.end();
    socket.resume(); // what the peer still sends is thrown away, until it closes too
    const timer = setTimeout(() => socket.destroy(), HANG_UP_MS); // however much the peer still sends
    socket.once('close', () => clearTimeout(timer));
  };
  response.once('finish', hangUp);
  return {
    request,
    response,
    closed: gone.signal,
    accept(protocol) {
      response.off('finish', hangUp);
      response.detachSocket(plain);
      plain.allowHalfOpen = true; // https servers close both directions together unless told
      plain.setNoDelay(true);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
      if (head.byteLength > 0) socket.unshift(head);
      return socket;
    },
  };
}
