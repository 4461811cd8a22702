// What most programs do: threads, a socket, a child, memory, a file, a timer. One line for each. Runs in Node.js and in Deno.

import { spawnSync } from 'node:child_process';
import { renameSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const inThread = (number: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: number });
    worker.once('message', resolve).once('error', reject);
  });

async function threads(): Promise<number> {
  const numbers = await Promise.all([1, 2, 3, 4].map(inThread));
  return numbers.reduce((sum, number) => sum + number, 0);
}

function echo(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.pipe(socket)).on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // of a TCP server
      const client = connect(port, '127.0.0.1', () => client.end('ping')).on('error', reject);
      client.once('data', (bytes) => {
        server.close();
        resolve(bytes.toString());
      });
    });
  });
}

function memory(): number {
  const shared = new Uint8Array(new SharedArrayBuffer(4096)).fill(1);
  return shared.reduce((sum, byte) => sum + byte, 0);
}

function file(): number {
  writeFileSync('/tmp/one', 'hello');
  renameSync('/tmp/one', '/tmp/two');
  return statSync('/tmp/two').size;
}

async function timer(): Promise<string> {
  const before = performance.now();
  await sleep(10);
  return performance.now() - before >= 9 ? 'ok' : 'failed';
}

if (isMainThread) {
  console.log(`threads ${await threads()}`);
  console.log(`socket ${await echo()}`);
  console.log(`child ${spawnSync('/bin/sh', ['-c', 'exit 7']).status}`);
  console.log(`memory ${memory()}`);
  console.log(`file ${file()}`);
  console.log(`timer ${await timer()}`);
} else {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of worker_threads, not a window
  parentPort?.postMessage(workerData);
}
