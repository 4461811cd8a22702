// A loopback API server with pods whose ports can be reached through it (pods/portforward, v4.channel.k8s.io), and objects by path.

import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Connection, createConnection } from '../../../src/kube/connection.ts';
import { kubeConfigFor, statusBody } from './fake-api-server.ts';

export interface FakePods {
  readonly connection: Connection;
  readonly url: string;
  /** Of the upgrades, in their order. */
  readonly asked: IncomingMessage[];
  /** What GET answers, by path without query; what is not there is 404, a number is a status. */
  readonly objects: Map<string, object | number>;
  /** A status with which the next upgrades are refused, by name of the pod. */
  readonly refused: Map<string, number>;
  /** What a pod does with the other end of a tunnel. Default: nothing. */
  serve: (socket: WebSocket) => void;
  close(): Promise<void>;
}

const PORT_FORWARD = /\/pods\/([^/]+)\/portforward\?ports=([0-9]+)$/;

export async function startFakePods(): Promise<FakePods> {
  const sockets = new WebSocketServer({ noServer: true });
  const open = new Set<Duplex>();
  const server = createServer(({ url = '' }, response) => {
    const found = pods.objects.get(url.split('?', 1)[0] ?? '') ?? 404;
    if (typeof found === 'object') response.end(JSON.stringify(found));
    else response.writeHead(found).end(refusal(found));
  });
  server.on('upgrade', (request: IncomingMessage, below: Duplex, head: Buffer) => {
    pods.asked.push(request);
    open.add(below);
    below.once('close', () => open.delete(below));
    const status = pods.refused.get(PORT_FORWARD.exec(request.url ?? '')?.[1] ?? '');
    if (status === undefined) sockets.handleUpgrade(request, below, head, (socket) => pods.serve(socket));
    else below.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\n\r\n${refusal(status)}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const connection = createConnection(kubeConfigFor(url), 'test');
  const pods: FakePods = {
    connection,
    url,
    asked: [],
    objects: new Map(),
    refused: new Map(),
    serve: () => {},
    async close() {
      await connection.close();
      for (const below of open) below.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return pods;
}

const refusal = (status: number): string => statusBody(status, 'Refused', { details: { kind: 'pods', name: 'web-1' } });

const PREFIX = Buffer.from([0xfb, 0x20]);

/** As a node does it: the port's number on both channels, then what is said. */
export const say = (socket: WebSocket, channel: 0 | 1, ...parts: readonly Uint8Array[]): void => {
  for (const part of parts) socket.send(Buffer.concat([Buffer.from([channel]), part]), { binary: true }, () => {});
};
export const greet = (socket: WebSocket): void => {
  say(socket, 0, PREFIX);
  say(socket, 1, PREFIX);
};

/** The tunnel ends at that port of this machine. */
export function forwardTo(port: number): (socket: WebSocket) => void {
  return (socket) => {
    greet(socket);
    const program = connectTcp(port, '127.0.0.1');
    socket.on('message', (message) => program.write(message.subarray(1)));
    socket.on('close', () => program.destroy());
    program.on('data', (bytes: Buffer) => {
      program.pause();
      socket.send(Buffer.concat([Buffer.from([0]), bytes]), { binary: true }, () => program.resume());
    });
    program.on('error', (error) => say(socket, 1, Buffer.from(error.message)));
    program.on('close', () => socket.close());
  };
}
