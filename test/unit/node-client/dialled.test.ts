// TLS through a tunnel: the same authority, the same name, the same streams; and the tunnel's own words when it breaks.

import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import { FORWARD_PROTOCOL } from '../../../src/model/node-routes.ts';
import { createNodeClient, type NodeClient } from '../../../src/node-client/node-client.ts';
import type { NodeDial } from '../../../src/ports/node-dial.ts';
import { openPodTunnel } from '../../../src/kube/pod-tunnel.ts';
import { issueCertificate } from '../../../src/process/certificates.ts';
import { type FakePods, forwardTo, greet, say, startFakePods } from '../kube/fake-pods.ts';

const HOST = 'mcpsession-frontend.mcpsession-system.svc';
const POD = { namespace: 'mcpsession-system', name: 'web-1', port: 8443 };
const never = new AbortController().signal;
const STAT = { kind: 'file', size: 1, mode: 0o644, modifiedMs: 0 } as const;

let pods: FakePods;
let server: Server;
let client: NodeClient;
let caPem: string;
let hosts: string[];
const ended: string[] = [];
const session = () => ({
  endpoint: { url: `https://${HOST}`, caPem },
  namespace: 'team',
  name: 's',
  uid: 'u',
  caller: null,
});
const clientBy = (dial: NodeDial): NodeClient =>
  createNodeClient({ token: () => Promise.resolve('t'), userAgent: 'test', dial });

beforeEach(async () => {
  pods = await startFakePods();
  const validity = { validForMs: 86_400_000, nowMs: Date.now() };
  const issued = await issueCertificate({ commonName: 'x', hosts: [HOST], ...validity });
  caPem = issued.ca.certPem;
  hosts = [];
  ended.length = 0;
  server = createServer({ cert: issued.certPem, key: issued.keyPem }, (request, response) => {
    hosts.push(request.headers.host ?? '');
    response.end(JSON.stringify(STAT));
  });
  server.on('upgrade', (_request, socket: Socket) => {
    socket.write(`HTTP/1.1 101 Go\r\nconnection: Upgrade\r\nupgrade: ${FORWARD_PROTOCOL}\r\n\r\n`);
    socket.allowHalfOpen = true;
    socket.on(
      'data',
      (bytes) => void (socket.write(bytes) || (socket.pause(), socket.once('drain', () => socket.resume()))),
    );
    socket.on('end', () => {
      ended.push('by the client');
      socket.end('goodbye');
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  pods.serve = forwardTo((server.address() as AddressInfo).port); // it listens on a port
  client = clientBy((_url, signal) => openPodTunnel(pods.connection, POD, signal));
});
afterEach(async () => {
  await client.close();
  await pods.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('requests go through a tunnel or two, one after the other', async () => {
  for (let count = 0; count < 6; count += 1) expect(await client.fileStat(session(), 'a', never)).toEqual(STAT);
  expect(hosts).toEqual(Array(6).fill(HOST));
  // The next call may begin before the connection of the last one is idle again.
  expect(pods.asked.length).toBeLessThanOrEqual(2);
});

test('an idle tunnel is not kept, as the end of who is behind it is heard of late', async () => {
  server.keepAliveTimeout = 60_000;
  const closed = new Promise((resolve) => server.once('secureConnection', (socket) => socket.once('close', resolve)));
  expect(await client.fileStat(session(), 'a', never)).toEqual(STAT);
  await closed;
}, 15_000);

test('a stream that leaves HTTP carries megabytes both ways, and each side says when it is done', async () => {
  const stream = await client.forward(session(), 80, never);
  const sent = Buffer.alloc(8 * 1024 * 1024, 'abcdefg');
  stream.end(sent);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  expect(ended).toEqual(['by the client']);
  expect(Buffer.concat(chunks).equals(Buffer.concat([sent, Buffer.from('goodbye')]))).toBe(true);
});

test('another authority is not trusted, and another name neither', async () => {
  const other = await issueCertificate({ commonName: 'x', hosts: [HOST], validForMs: 1e9, nowMs: Date.now() });
  const wrongCa = { ...session(), endpoint: { url: `https://${HOST}`, caPem: other.ca.certPem } };
  const wrongName = { ...session(), endpoint: { url: 'https://evil.mcpsession-system.svc', caPem } };
  for (const wrong of [wrongCa, wrongName]) {
    await expect(client.fileStat(wrong, 'a', never)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(client.forward(wrong, 80, never)).rejects.toMatchObject({ kind: 'unavailable' });
  }
  expect(hosts).toEqual([]);
});

test('why there is no tunnel is told as it is', async () => {
  const fault = new OperatorError('forbidden', 'no right to list pods');
  const refused = clientBy(() => Promise.reject(fault));
  await expect(refused.fileStat(session(), 'a', never)).rejects.toBe(fault);
  await expect(refused.forward(session(), 80, never)).rejects.toBe(fault);
  await refused.close();
});

test('a port where nothing listens is told in the words of the node', async () => {
  pods.serve = (socket) => {
    greet(socket);
    say(socket, 1, Buffer.from('connection refused'));
    socket.close();
  };
  const told = {
    kind: 'unavailable',
    message: 'the tunnel to port 8443 of pod mcpsession-system/web-1 broke: connection refused',
  };
  await expect(client.fileStat(session(), 'a', never)).rejects.toMatchObject(told);
  await expect(client.forward(session(), 80, never)).rejects.toMatchObject(told);
});

test('after a tunnel broke the next request has a new one', async () => {
  expect(await client.fileStat(session(), 'a', never)).toEqual(STAT);
  const working = pods.serve;
  server.closeAllConnections();
  await new Promise((resolve) => setTimeout(resolve, 50));
  pods.serve = working;
  expect(await client.fileStat(session(), 'a', never)).toEqual(STAT);
  expect(hosts).toHaveLength(2);
  expect(pods.asked).toHaveLength(2);
});

test('whoever gives up while the tunnel is made waits no longer', async () => {
  const given = new AbortController();
  given.abort();
  await expect(client.forward(session(), 80, given.signal)).rejects.toMatchObject({ kind: 'cancelled' });
});

test('whoever gives up while TLS begins waits no longer', async () => {
  const given = new AbortController();
  pods.serve = () => void setTimeout(() => given.abort(), 50);
  await expect(client.forward(session(), 80, given.signal)).rejects.toMatchObject({ kind: 'cancelled' });
});

test('closing ends a request that still waits for its tunnel', async () => {
  let heard: unknown = null;
  const waiting = clientBy((_url, signal) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        heard = signal.reason;
        reject(signal.reason as Error);
      });
    });
  });
  const asked = waiting.fileStat(session(), 'a', never).catch((thrown: unknown) => thrown);
  await new Promise((resolve) => setImmediate(resolve));
  await waiting.close();
  expect(await asked).toBeInstanceOf(OperatorError);
  expect(heard).toMatchObject({ kind: 'cancelled' });
});
