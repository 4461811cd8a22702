// A child process: answers LIST from files, byte by byte as a real API server did, and holds watches open. POST ends the watches
// of one user agent with 410 Gone, after which it lists anew. Says its port, and ends with its parent.

import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { RecordedList } from './recorded-list.ts';

const recorded = JSON.parse(process.argv[2] ?? '') as RecordedList; // written by rows/cache.ts
const whole = readFileSync(recorded.whole);
const pages = new Map(recorded.pages.map(({ token, file }) => [token, readFileSync(file)]));
const watches = new Map<ServerResponse, string | undefined>();
const gone = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' };
const goneLine = `${JSON.stringify({ type: 'ERROR', object: gone })}\n`;

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://server');
  const agent = request.headers['user-agent'];
  if (request.method === 'POST') {
    for (const [watch, of] of watches) if (of === agent) watch.end(goneLine);
    response.end();
    return;
  }
  response.setHeader('content-type', 'application/json');
  if (searchParams.has('watch')) {
    watches.set(response, agent);
    response.once('close', () => watches.delete(response));
    response.flushHeaders();
    return;
  }
  const body = searchParams.has('limit') ? pages.get(searchParams.get('continue') ?? '') : whole;
  response.end(body);
});

process.once('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port)); // listening on TCP
