// One proxy between one program and the API server or the engine. Reads pass, unless the plan does something to them; every
// mutating request is shown to the director and meets the fate that the plan has for it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Director, ProgramName } from './director.ts';
import type { Api } from './effects.ts';
import { mutate } from './mutate.ts';
import { upgrade } from './upgrade.ts';
import { bytesOf, pause, relayed, Upstream, type UpstreamPlace } from './upstream.ts';

/** What may be done to a read before the program sees its answer; what is left out changes nothing. */
export interface ReadHook {
  /** The path to ask for instead, and how long to hold the answer's body. */
  rewrite?(path: string): { readonly path: string; readonly holdMs: number };
  /** Takes over an answer that is to be changed on its way; true when it did. */
  relay?(path: string, answer: IncomingMessage, response: ServerResponse): boolean;
  /** Answers in the server's place; true when it did. */
  answer?(path: string, response: ServerResponse): boolean;
  seen?(path: string): void;
}

export interface FaultProxyOptions {
  readonly program: ProgramName;
  readonly api: Api;
  readonly upstream: UpstreamPlace;
  /** The one of the running plan. */
  readonly director: () => Director;
  readonly reads: () => ReadHook;
  /** Resolves when the program may reach this side; at once, but in a partition. */
  readonly open: () => Promise<void>;
  /** Refuses connections for now: the other side is down. */
  readonly refused: () => boolean;
}

export interface FaultProxy {
  readonly port: number;
  /** Of upgraded connections that are open now: their paths. */
  readonly upgraded: () => readonly string[];
  /** Breaks every connection. */
  cut(): void;
  /** The program is gone, and with it the upgraded connections that it had. */
  forgetUpgraded(): void;
  /** Breaks every connection on which an answer is still streaming. */
  cutStreams(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(
  options: FaultProxyOptions,
  listen: { readonly socketPath?: string },
): Promise<FaultProxy> {
  const proxy = new Proxying(options);
  const { server } = proxy;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (listen.socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(listen.socketPath, resolve);
  });
  const address = server.address() as AddressInfo | string; // listening
  return {
    port: typeof address === 'string' ? 0 : address.port,
    upgraded: () => [...proxy.upgrades.values()],
    cut: () => proxy.cut(),
    forgetUpgraded: () => proxy.forgetUpgraded(),
    cutStreams: () => proxy.cutStreams(),
    close: () => proxy.close(),
  };
}

const EVENTS = /^\/(?:v1\.\d+\/)?events/;

class Proxying {
  readonly server: Server;
  readonly upgrades = new Map<Duplex, string>();
  readonly #options: FaultProxyOptions;
  readonly #upstream: Upstream;
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Set<Socket>();

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#upstream = new Upstream(options.upstream);
    this.server = createServer((request, response) => {
      response.on('error', () => {}); // the program is gone
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.server.keepAliveTimeout = 120_000;
    this.server.on('connection', (socket) => this.#connected(socket));
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => {}); // a killed program
      const { program, open, director, upstream } = options;
      if (!('socketPath' in upstream)) {
        socket.destroy(); // the API server is asked for none
        return;
      }
      const { socketPath } = upstream;
      const joined = this.upgrades;
      upgrade({ program, request, socket, head, socketPath, director: director(), open, joined }).catch(() =>
        socket.destroy(),
      );
    });
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.forgetUpgraded();
  }

  forgetUpgraded(): void {
    for (const socket of this.upgrades.keys()) socket.destroy();
    this.upgrades.clear();
  }

  cutStreams(): void {
    for (const socket of this.#streams) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#upstream.close();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #connected(socket: Socket): void {
    if (this.#options.refused()) return void socket.destroy();
    this.#sockets.add(socket);
    socket.on('error', () => {}); // a killed program
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const body = await bytesOf(request);
    const { api, program, director, open, refused } = this.#options;
    await open();
    if (refused()) request.socket.destroy();
    else if (method === 'GET' || method === 'HEAD') await this.#read(request, response);
    else {
      const mutating = { api, method, path, body: isText(request) ? body.toString('utf8') : '' };
      await mutate({
        program,
        mutating,
        body,
        request,
        response,
        upstream: this.#upstream,
        director: director(),
        open,
      });
    }
  }

  async #read(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hook = this.#options.reads();
    const { url = '/' } = request;
    hook.seen?.(url);
    if (hook.answer?.(url, response) === true) return;
    const { path, holdMs } = hook.rewrite?.(url) ?? { path: url, holdMs: 0 };
    const answer = await this.#upstream.open(request, path, null);
    if (holdMs > 0) await pause(holdMs);
    await this.#options.open();
    this.#streams.add(request.socket);
    response.once('close', () => {
      this.#streams.delete(request.socket);
      answer.destroy();
    });
    response.writeHead(answer.statusCode ?? 502, relayed(answer.headers));
    if (EVENTS.test(url)) response.flushHeaders();
    if (hook.relay?.(url, answer, response) === true) return;
    answer.on('error', () => response.destroy());
    // In a partition the bytes wait, and the connection stays open.
    answer.on('data', (chunk: Buffer) => void this.#options.open().then(() => response.write(chunk)));
    answer.on('end', () => void this.#options.open().then(() => response.end()));
  }
}

const isText = ({ headers }: IncomingMessage): boolean => headers['content-type'] !== 'application/tar';
