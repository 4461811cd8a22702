// The one way our programs listen: node:https (or node:http for metrics on loopback) with every limit set, a certificate that
// can be swapped while serving, and an end with a deadline. Routing and meaning belong to the programs.

import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { Log } from '../ports/log.ts';
import { withDeadline } from './deadline.ts';
import { openUpgrade, type Upgrade } from './http-upgrade.ts';
import { listen } from './listen.ts';

export interface ServedCertificate {
  /** Leaf first, then its chain. */
  readonly certPem: string;
  readonly keyPem: string;
}

export interface WebServerOptions {
  /** What listens here, for messages. Example: "webhook". */
  readonly name: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** null serves plain HTTP, on loopback alone unless `openToAll`. */
  readonly certificate: ServedCertificate | null;
  /** Plain HTTP on any address, for what is nobody's secret: probes and metrics. Default false. */
  readonly openToAll?: boolean;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  /** For requests that ask to go on in another protocol. Left out: they are requests like all others. */
  readonly upgrade?: (upgrade: Upgrade) => Promise<void>;
  readonly log: Log;
  readonly maxConnections?: number;
  /** Whether request bodies may take as long as they need (file uploads); whoever reads them bounds the time. Default false. */
  readonly longBodies?: boolean;
}

export interface WebServer {
  /** Example: "https://127.0.0.1:8443". */
  readonly url: string;
  readonly port: number;
  /** Serves this certificate to new connections; open ones go on. */
  setCertificate(certificate: ServedCertificate): void;
  /**
   * From now on every answer ends its connection: a client that keeps it open would send its next request at the moment in which
   * `close` cuts it. New connections are still taken.
   */
  drain(): void;
  /** Takes no new connections and waits for open requests; cuts what is left after `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

/** From the connection on, its handshake included: nobody holds a place without a request for longer. */
const HEADER_TIMEOUT_MS = 10_000;
/** How often the server looks for connections that took too long; Node's 30 s would let them stay so much longer. */
const LOOK_EVERY_MS = 2_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** What of a body nobody wants to read. */
const UNREAD_BODY_MS = 5_000;
/** One body that is read as a whole. */
const BODY_MS = 60_000;
const MAX_HEADER_BYTES = 32 * 1024;
/** Above the API server's 90 s idle pool: a server that closes first races the next call (control-plane.md 4). */
const KEEP_ALIVE_MS = 120_000;
const MAX_CONNECTIONS = 4096;

/** Rejects with OperatorError when it cannot listen; the message names the address and what to do. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const host = options.host ?? '127.0.0.1';
  if (options.certificate === null && options.openToAll !== true && !isLoopback(host)) {
    const where = `${options.name} on "${host}"`;
    throw new OperatorError(
      'invalid',
      `${where} would serve plain HTTP; give it a certificate, or listen on 127.0.0.1`,
    );
  }
  let isDraining = false;
  const server = createServer(options, (response) => {
    if (isDraining) response.setHeader('connection', 'close');
  });
  const upgraded = new Set<Duplex>(); // the server itself forgets them
  if (options.upgrade !== undefined) {
    const { upgrade } = options;
    server.on('upgrade', (request, socket, head) => {
      upgraded.add(socket);
      socket.once('close', () => upgraded.delete(socket));
      const opened = openUpgrade(request, socket, head);
      void answer({ ...options, handle: () => upgrade(opened) }, request, opened.response);
    });
  }
  server.headersTimeout = HEADER_TIMEOUT_MS;
  server.requestTimeout = options.longBodies === true ? 0 : REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  server.on('drop', () => server.closeIdleConnections()); // full: whoever waits between requests makes room
  await listen(server, { name: options.name, host, port: options.port });
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  const scheme = options.certificate === null ? 'http' : 'https';
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    setCertificate(certificate) {
      // Only servers that were given a certificate are HTTPS servers.
      if (options.certificate !== null) (server as HttpsServer).setSecureContext(tlsOptionsOf(certificate));
    },
    drain: () => {
      isDraining = true;
    },
    close: (deadlineMs) => closeServer(server, upgraded, deadlineMs),
  };
}

const isLoopback = (host: string): boolean =>
  /^127(\.[0-9]{1,3}){3}$/.test(host) || host === '::1' || host === 'localhost';

function createServer(options: WebServerOptions, prepare: (response: ServerResponse) => void): Server {
  const settings = { maxHeaderSize: MAX_HEADER_BYTES, keepAlive: true, connectionsCheckingInterval: LOOK_EVERY_MS };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    prepare(response);
    void answer(options, request, response);
  };
  if (options.certificate === null) return createHttpServer(settings, onRequest);
  const handshakeTimeout = HEADER_TIMEOUT_MS;
  return createHttpsServer({ ...settings, handshakeTimeout, ...tlsOptionsOf(options.certificate) }, onRequest);
}

const tlsOptionsOf = ({ certPem, keyPem }: ServedCertificate) => ({
  cert: certPem,
  key: keyPem,
  minVersion: 'TLSv1.2' as const,
});

async function answer(options: WebServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => {}); // the peer went away; the handler sees it by its own writes
  response.once('finish', () => dropRest(request));
  try {
    await options.handle(request, response);
  } catch (thrown) {
    const error = asOperatorError(thrown);
    // The path without its query: a query may hold what a caller typed.
    options.log.error('request failed', { server: options.name, path: pathOf(request), error: error.message });
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: 'internal error' });
  }
}

/** What comes after a refusal is thrown away for a while: a connection that is cut at once would take the refusal with it. */
function dropRest(request: IncomingMessage): void {
  if (request.complete) return;
  const cut = setTimeout(() => request.destroy(), UNREAD_BODY_MS);
  request.once('close', () => clearTimeout(cut));
  request.resume();
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? '';

function closeServer(server: Server, upgraded: ReadonlySet<Duplex>, deadlineMs: number): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
    }, deadlineMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * The whole body. Rejects with `too-large` once it exceeds `maxBytes` (by its declared length before anything is read), with
 * `invalid` when the peer breaks off, with `timeout` when it takes longer than `maxMs` (a minute), and with the reason of `signal`.
 */
export function readBody(
  request: IncomingMessage,
  { maxBytes, maxMs = BODY_MS }: { readonly maxBytes: number; readonly maxMs?: number },
  signal: AbortSignal,
): Promise<Buffer> {
  const limit = { ms: maxMs, what: 'sending the request body' };
  return withDeadline(limit, (within) => readAll(request, maxBytes, within), signal);
}

async function readAll(request: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const tooLarge = () => new OperatorError('too-large', `the request body is larger than ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const onAbort = () => request.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  if (signal.aborted) throw signal.reason;
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, bytes);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (thrown instanceof OperatorError) throw thrown;
    throw new OperatorError('invalid', 'the request body ended early', { cause: thrown });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Answers with JSON and nosniff; does nothing when an answer was already started. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': text.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
