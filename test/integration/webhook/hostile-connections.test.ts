// Whoever reaches the webhook's port, and whatever comes from there: an answer or a closed connection, bounded memory, no crash,
// and room for the API server.

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { VALIDATE_PATH } from '../../../src/webhook/webhook.ts';
import { hostileReviews, review, session } from '../../support/hostile-reviews.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startWebhookProcess, type WebhookProcess } from './webhook-process.ts';

const MIB = 1024 * 1024;
const ORDINARY = review(session({ image: PINNED_IMAGE }));
let webhook: WebhookProcess;

beforeAll(async () => {
  webhook = await startWebhookProcess();
});
afterAll(() => webhook.close());
beforeEach(async () => {
  expect(await webhook.post(ORDINARY)).toMatchObject({ status: 200 }); // it lives, whatever came before
});

const head = (length: number | 'chunked', extra = ''): string =>
  `POST ${VALIDATE_PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${
    length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`
  }\r\n${extra}\r\n`;

/** Everything that comes back until the server ends the connection, or `enough` has come. */
function answersOf(socket: Socket, enough: (text: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (enough(text)) resolve(text);
    });
    socket.on('error', () => {}); // a reset is an end too
    socket.on('close', () => resolve(text));
  });
}

test('every hostile review gets its answer over the wire', async () => {
  const before = await webhook.usage();
  for (const { name, body, want } of hostileReviews) {
    const bytes = Buffer.from(body());
    const { status, text } = await webhook.post(bytes);
    const expected = bytes.length > 4 * MIB ? 413 : want === 'unreadable' ? 400 : 200;
    expect({ name, status }).toEqual({ name, status: expected });
    expect(text).not.toMatch(/ at .*\.ts|node_modules/);
  }
  const after = await webhook.usage();
  expect((after.cpuMicros - before.cpuMicros) / 1000 / hostileReviews.length).toBeLessThan(50);
});

test.each([
  { name: 'another type', given: { headers: { 'content-type': 'text/plain' } }, want: 415 },
  { name: 'YAML', given: { headers: { 'content-type': 'application/yaml' } }, want: 415 },
  { name: 'a compressed body', given: { headers: { 'content-encoding': 'gzip' } }, want: 415 },
  { name: 'GET', given: { method: 'GET' }, want: 405 },
  { name: 'PUT', given: { method: 'PUT' }, want: 405 },
  { name: 'another path', given: { path: '/validate/../metrics' }, want: 404 },
  {
    name: 'a type with parameters',
    given: { headers: { 'content-type': 'Application/JSON; charset=utf-8' } },
    want: 200,
  },
])('$name: $want', async ({ given, want }) => {
  expect((await webhook.post(ORDINARY, given)).status).toBe(want);
});

test.each([
  { name: 'bytes that are not UTF-8', given: Buffer.from([0x22, 0xc3, 0x28, 0x22]), want: 400 },
  { name: 'more than two objects can have', given: Buffer.alloc(4 * MIB + 1, ' '), want: 413 },
  { name: 'four megabytes of blanks', given: Buffer.alloc(4 * MIB, ' '), want: 400 },
])('$name: $want', async ({ given, want }) => {
  expect((await webhook.post(given)).status).toBe(want);
});

describe('on one connection', () => {
  test.each([
    { name: 'a declared length of a terabyte', sent: head(2 ** 40), want: /^HTTP\/1\.1 413 / },
    {
      name: 'a length that is none',
      sent: head('chunked').replace('transfer-encoding: chunked', 'content-length: 1e3'),
      want: /^HTTP\/1\.1 400 /,
    },
    { name: 'two lengths', sent: head(5, 'content-length: 6\r\n'), want: /^HTTP\/1\.1 400 / },
    { name: 'a length and chunks', sent: head(5, 'transfer-encoding: chunked\r\n'), want: /^HTTP\/1\.1 400 / },
    { name: 'a chunk that is none', sent: `${head('chunked')}zz\r\n`, want: /^HTTP\/1\.1 400 / },
    { name: 'headers of 64 KiB', sent: head(2, `x: ${'a'.repeat(64 * 1024)}\r\n`), want: /^HTTP\/1\.1 431 / },
    { name: 'garbage', sent: '\u0000\u0001\u0002'.repeat(1000), want: /^HTTP\/1\.1 400 / },
    { name: 'the preface of HTTP/2', sent: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', want: /^HTTP\/1\.1 400 |^$/ },
  ])('$name is answered and the connection ended', async ({ sent, want }) => {
    const socket = await webhook.open();
    const answers = answersOf(socket, (text) => text.includes('\r\n\r\n'));
    socket.write(sent, 'latin1');
    expect(await answers).toMatch(want);
    socket.destroy();
  });

  // More than 64 KiB of answers that wait make Node end the connection (measured, Node 24.21): whoever pipelines so much has to ask again.
  test('100 reviews in one write are answered in order', async () => {
    const socket = await webhook.open();
    const uids = Array.from({ length: 100 }, (_, at) => `u-${at}-`);
    const answers = answersOf(socket, (text) => text.split('HTTP/1.1 200 ').length > 100 && text.endsWith('}'));
    const bodies = uids.map((uid) => review(session({ image: PINNED_IMAGE }), { uid }));
    socket.write(bodies.map((body) => head(body.length) + body).join(''));
    const text = await answers;
    expect([...text.matchAll(/"uid":"(u-\d+-)"/g)].map(([, uid]) => uid)).toEqual(uids);
    socket.destroy();
  });

  test('who ends its half behind the review still gets the answer', async () => {
    const socket = await webhook.open();
    const answers = answersOf(socket);
    socket.end(head(ORDINARY.length, 'connection: close\r\n') + ORDINARY);
    expect(await answers).toContain('"allowed":true');
  });

  test('chunks without an end are cut off at the bound', async () => {
    const socket = await webhook.open();
    const answers = answersOf(socket, (text) => text.includes('\r\n\r\n'));
    socket.write(head('chunked'));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    for (let sent = 0; sent < 80 && !socket.destroyed; sent += 1) socket.write(chunk);
    expect(await answers).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  test('bytes in clear, and half a handshake, are nothing to it', async () => {
    const clear = connectTcp(webhook.port, '127.0.0.1');
    clear.write(head(2));
    await answersOf(clear);
    const half = connectTcp(webhook.port, '127.0.0.1');
    half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    half.on('error', () => {});
    half.destroy();
  });

  test('who breaks off in the middle of a body, 500 times, leaves nothing behind', async () => {
    for (let times = 0; times < 500; times += 50) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => webhook.open()));
      for (const socket of sockets) {
        socket.on('error', () => {});
        socket.write(head(ORDINARY.length) + ORDINARY.slice(0, 50), () => socket.destroy());
      }
      await Promise.all(sockets.map((socket) => once(socket, 'close')));
    }
    expect(await webhook.post(ORDINARY)).toMatchObject({ status: 200 });
  });
});

describe('many at once', () => {
  test('slow headers and slow bodies are cut off within seconds', async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, () => webhook.open()));
    const closed = Promise.all(slow.map((socket) => answersOf(socket)));
    slow.forEach((socket, at) => socket.write(at % 2 === 0 ? 'POST /valid' : head(1000)));
    const drip = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write('a');
    }, 500);
    const startedMs = performance.now();
    await closed;
    clearInterval(drip);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  test('1,500 connections that say nothing do not keep the API server out for long', async () => {
    const silent = Array.from({ length: 1_500 }, () => connectTcp(webhook.port, '127.0.0.1'));
    const closed = Promise.all(silent.map((socket) => answersOf(socket)));
    const startedMs = performance.now();
    await waitFor(
      'an answer between them',
      async () => (await webhook.post(ORDINARY).catch(() => null))?.status === 200,
    );
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    await closed;
    expect((await webhook.usage()).rssBytes).toBeLessThan(400 * MIB);
  });

  test('100 bodies of four megabytes at a time take bounded memory; those that are too many are told so', async () => {
    const body = Buffer.from(`"${'a'.repeat(4 * MIB - 2)}"`);
    const answers = await Promise.all(Array.from({ length: 100 }, () => webhook.post(body)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([400, 503]));
    expect((await webhook.usage()).rssBytes).toBeLessThan(600 * MIB);
  });
});
