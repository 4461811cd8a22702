// A tunnel to a port of a pod, against a small server that speaks as a node does.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPodTunnel } from '../../../src/kube/pod-tunnel.ts';
import { type FakePods, greet, say, startFakePods } from './fake-pods.ts';

const POD = { namespace: 'ops', name: 'web-1', port: 8443 };
const never = new AbortController().signal;

let pods: FakePods;
let tunnel: Duplex | null = null;
beforeEach(async () => {
  pods = await startFakePods();
});
afterEach(async () => {
  tunnel?.destroy();
  tunnel = null;
  await pods.close();
});

/** Both ends, once the node has greeted. */
async function open(): Promise<{ readonly here: Duplex; readonly there: WebSocket }> {
  const there = Promise.withResolvers<WebSocket>();
  pods.serve = (socket) => {
    greet(socket);
    there.resolve(socket);
  };
  tunnel = await openPodTunnel(pods.connection, POD, never);
  return { here: tunnel, there: await there.promise };
}

const failureOf = (stream: Duplex): Promise<unknown> => new Promise((resolve) => stream.once('error', resolve));

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue() && tries < 500; tries += 1) await sleep(10);
  expect(isTrue()).toBe(true);
}

test('the API server is asked for that port of that pod, with no word of JSON', async () => {
  await open();
  const [request] = pods.asked;
  expect(request?.url).toBe('/api/v1/namespaces/ops/pods/web-1/portforward?ports=8443');
  expect(request?.headers).toMatchObject({ 'sec-websocket-protocol': 'v4.channel.k8s.io', 'user-agent': 'test' });
  expect(request?.headers).not.toHaveProperty('accept'); // a node answers 406 to application/json
});

test('bytes go both ways, without the numbers of channel and port, however they are cut', async () => {
  const heard: Buffer[] = [];
  pods.serve = (socket) => {
    socket.on('message', (message) => {
      heard.push(message);
      socket.close(1000);
    });
    say(socket, 0, Buffer.from([0xfb]), Buffer.alloc(0), Buffer.from([0x20, 104]), Buffer.from('ello'));
  };
  tunnel = await openPodTunnel(pods.connection, POD, never);
  tunnel.write('ping');
  tunnel.end(); // says nothing: the protocol has no end of one direction
  const read: Uint8Array[] = [];
  for await (const chunk of tunnel as AsyncIterable<Uint8Array>) read.push(chunk);
  expect(Buffer.concat(read).toString()).toBe('hello');
  expect(heard).toEqual([Buffer.from('\0ping')]);
});

test('a reader that reads nothing makes the pod wait, and misses nothing', async () => {
  const { here, there } = await open();
  const pieces = 640;
  const piece = Buffer.alloc(64 * 1024 + 1);
  let taken = 0;
  for (let count = 0; count < pieces; count += 1) there.send(piece, { binary: true }, () => (taken += 1));
  await until(() => taken > 0);
  for (let before = -1; before !== taken; await sleep(100)) before = taken;
  expect(taken).toBeLessThan(pieces);
  expect(here.readableLength).toBeLessThan(1024 * 1024);
  let bytes = 0;
  here.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await until(() => bytes === pieces * 64 * 1024);
});

test('a pod that reads nothing makes the writer wait, and misses nothing', async () => {
  const { here, there } = await open();
  let bytes = 0;
  there.on('message', (message) => (bytes += message.length - 1));
  there.pause();
  const pieces = 640;
  let written = 0;
  for (let count = 0; count < pieces; count += 1) here.write(Buffer.alloc(64 * 1024), () => (written += 1));
  await until(() => written > 0);
  for (let before = -1; before !== written; await sleep(100)) before = written;
  expect(written).toBeLessThan(pieces);
  there.resume();
  await until(() => bytes === pieces * 64 * 1024);
});

test('what the node says went wrong ends the stream with its words', async () => {
  const { here, there } = await open();
  const failed = failureOf(here);
  say(there, 1, Buffer.from('dial tcp4 127.0.0.1:8443: connect: connection refused\n'));
  expect(await failed).toMatchObject({
    kind: 'unavailable',
    message: 'the tunnel to port 8443 of pod ops/web-1 broke: dial tcp4 127.0.0.1:8443: connect: connection refused',
  });
});

test('a connection that is cut is no end', async () => {
  const { here, there } = await open();
  const failed = failureOf(here);
  there.terminate();
  expect(await failed).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('was cut') as string });
});

test('a write after the end is refused', async () => {
  const { here, there } = await open();
  there.close(1000);
  here.resume();
  await new Promise((resolve) => here.once('end', resolve));
  const failed = failureOf(here);
  here.write('late');
  expect(await failed).toMatchObject({ kind: 'unavailable' });
});

test('whoever destroys the stream closes the tunnel, also when nothing is read', async () => {
  const { here, there } = await open();
  for (let count = 0; count < 100; count += 1) say(there, 0, Buffer.alloc(64 * 1024));
  await until(() => here.readableLength > 0);
  const closed = new Promise((resolve) => there.once('close', resolve));
  here.destroy();
  await closed;
});

test.each([
  { status: 401, kind: 'unauthenticated' },
  { status: 403, kind: 'forbidden' },
  { status: 404, kind: 'not-found' },
  { status: 500, kind: 'unavailable' },
])('an answer $status is the fault that the API server tells', async ({ status, kind }) => {
  pods.refused.set('web-1', status);
  const opened = openPodTunnel(pods.connection, POD, never);
  await expect(opened).rejects.toMatchObject({ kind, message: 'Refused happened' });
});

test('nobody answers at all', async () => {
  await pods.close();
  const opened = openPodTunnel(pods.connection, POD, never);
  const message = expect.stringContaining('does not answer') as string;
  await expect(opened).rejects.toMatchObject({ kind: 'unavailable', message });
  pods = await startFakePods();
});

test('whoever gives up waits no longer', async () => {
  pods.serve = () => {};
  const given = new AbortController();
  const reason = new Error('enough');
  given.abort(reason);
  await expect(openPodTunnel(pods.connection, POD, given.signal)).rejects.toBe(reason);
});
