import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';

import { afterEach, expect, test } from 'vitest';

import { silentLog } from '../../../src/ports/log.ts';
import { issueCertificate } from '../../../src/process/certificates.ts';
import {
  readBody,
  sendJson,
  startWebServer,
  type WebServer,
  type WebServerOptions,
} from '../../../src/process/https-server.ts';

const servers: WebServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close(0))));

async function serve(handle: WebServerOptions['handle'], change: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const options = { name: 'test', port: 0, certificate: null, handle, log: silentLog, ...change };
  const server = await startWebServer(options);
  servers.push(server);
  return server;
}

const issue = () =>
  issueCertificate({ commonName: 'test', hosts: ['127.0.0.1'], validForMs: 3_600_000, nowMs: Date.now() });

/** Status of one HTTPS request on a connection of its own. */
function statusOf(server: WebServer, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(server.url, { ca, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('answers JSON that must not be sniffed or stored', async () => {
  const server = await serve((_, response) => sendJson(response, 201, { fine: true }));
  const response = await fetch(server.url);
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ fine: true });
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('a handler that throws answers 500 without its reason', async () => {
  const server = await serve(() => Promise.reject(new Error('secret detail')));
  const response = await fetch(server.url);
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ error: 'internal error' });
});

test.each([
  {
    name: 'one with a declared length',
    body: 'x'.repeat(11),
    want: 'too-large: the request body is larger than 10 bytes',
  },
  {
    name: 'one without',
    body: new Blob(['x'.repeat(11)]).stream(),
    want: 'too-large: the request body is larger than 10 bytes',
  },
  { name: 'not one that fits', body: 'x'.repeat(10), want: 'xxxxxxxxxx' },
])('refuses a body over the limit: $name', async ({ body, want }) => {
  const read = (request: IncomingMessage) => readBody(request, { maxBytes: 10 }, new AbortController().signal);
  const server = await serve(async (request, response) => {
    const text = await read(request).then(
      String,
      (thrown: { kind: string; message: string }) => `${thrown.kind}: ${thrown.message}`,
    );
    response.setHeader('connection', 'close');
    response.end(text);
  });
  const sent: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  expect(await (await fetch(server.url, sent)).text()).toBe(want);
});

test.each(['0.0.0.0', '::', '', '192.0.2.1', '127.0.0.1.example', 'node-1'])(
  'S0.L1.01: plain HTTP on %j, beyond loopback, is refused before anything listens',
  async (host) => {
    await expect(serve(() => {}, { host })).rejects.toMatchObject({
      kind: 'invalid',
      message: `test on "${host}" would serve plain HTTP; give it a certificate, or listen on 127.0.0.1`,
    });
  },
);

test('S0.L1.01: plain HTTP on loopback, and HTTPS anywhere, are served', async () => {
  const { certPem, keyPem } = await issue();
  expect((await serve(() => {}, { host: '127.0.0.2' })).url).toMatch(/^http:/);
  expect((await serve(() => {}, { certificate: { certPem, keyPem } })).url).toMatch(/^https:/);
});

test('names the port that is in use and what to do', async () => {
  const first = await serve(() => {});
  await expect(serve(() => {}, { port: first.port })).rejects.toThrow(
    `the test server cannot listen on 127.0.0.1:${first.port}: port ${first.port} is in use; stop what listens there or choose another port`,
  );
});

test('serves a swapped certificate to new connections', async () => {
  const [first, second] = await Promise.all([issue(), issue()]);
  const server = await serve((_, response) => sendJson(response, 200, {}), { certificate: first });
  expect(await statusOf(server, first.ca.certPem)).toBe(200);
  server.setCertificate(second);
  expect(await statusOf(server, second.ca.certPem)).toBe(200);
  await expect(statusOf(server, first.ca.certPem)).rejects.toThrow();
});

test('refuses TLS below 1.2', async () => {
  const certificate = await issue();
  const server = await serve((_, response) => sendJson(response, 200, {}), { certificate });
  const options = {
    host: '127.0.0.1',
    port: server.port,
    ca: certificate.ca.certPem,
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
  } as const;
  const failed = new Promise((_, reject) => connect(options).on('error', reject));
  await expect(failed).rejects.toThrow();
});

test('an open request is answered before the server is closed, a hanging one is cut', async () => {
  const gate = Promise.withResolvers<void>();
  const server = await serve(async (request, response) => {
    if (request.url === '/slow') await gate.promise;
    if (request.url !== '/never') response.end('done');
  });
  const slow = fetch(`${server.url}/slow`);
  const never = fetch(`${server.url}/never`).catch(() => 'cut');
  await fetch(server.url);
  const closed = server.close(100);
  gate.resolve();
  expect(await (await slow).text()).toBe('done');
  await closed;
  expect(await never).toBe('cut');
  await expect(fetch(server.url)).rejects.toThrow();
});

test('a server that drains ends each connection with its answer and takes new ones, so that nobody asks on one that is cut', async () => {
  const server = await serve((_, response) => sendJson(response, 200, {}));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports: (number | undefined)[] = [];
  const ask = () =>
    new Promise<string | undefined>((resolve, reject) => {
      const sent = httpRequest(server.url, { agent }, (response) => {
        ports.push(response.socket.localPort);
        response.resume();
        response.on('close', () => setImmediate(() => resolve(response.headers.connection)));
      });
      sent.on('error', reject).end();
    });
  expect(await ask()).toBe('keep-alive');
  expect(await ask()).toBe('keep-alive');
  server.drain();
  expect(await ask()).toBe('close');
  expect(await ask()).toBe('close');
  expect(new Set(ports.slice(0, 3)).size).toBe(1);
  expect(ports[3]).not.toBe(ports[2]);
  agent.destroy();
});

/** What a server answers to raw bytes, until it closes. */
function rawAnswer(server: WebServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connectTcp(server.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

const UPGRADE = 'POST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

test('an upgrade that is refused gets an ordinary answer and a closed connection', async () => {
  const server = await serve(() => {}, {
    upgrade: async ({ request, response }) => sendJson(response, 403, { upgrade: request.headers.upgrade }),
  });
  const answer = await rawAnswer(server, UPGRADE);
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain('{"upgrade":"echo"}');
});

test('an upgrade that is accepted gets the bytes that came with it, and both directions end for themselves', async () => {
  const server = await serve(() => {}, {
    upgrade: async ({ accept }) => {
      const socket = accept('echo');
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString('utf8')));
      socket.on('end', () => socket.end(`${heard} and the end`));
    },
  });
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connectTcp({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.end(`${UPGRADE}early bytes`);
    });
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    socket.on('end', () => resolve(text));
  });
  expect(answer.split('\r\n\r\n')).toEqual([
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo',
    'early bytes and the end',
  ]);
});

test('an upgraded connection is cut when the server closes', async () => {
  const accepted = Promise.withResolvers<void>();
  const server = await serve(() => {}, {
    upgrade: async ({ accept }) => {
      accept('echo');
      accepted.resolve();
    },
  });
  const answer = rawAnswer(server, UPGRADE);
  await accepted.promise;
  await server.close(10);
  expect(await answer).toMatch(/^HTTP\/1\.1 101 /);
});

test('without a place for them, upgrades are requests like all others', async () => {
  const server = await serve((_, response) => {
    response.setHeader('connection', 'close');
    sendJson(response, 200, {});
  });
  expect(await rawAnswer(server, UPGRADE)).toMatch(/^HTTP\/1\.1 200 /);
});
