// Connections of 2025-era clients: the old protocol keeps state, so that their cancellation works. Each belongs to the principal
// that opened it (the id is not a credential), there is a bound on all and on each one's, and idle ones end.

import {
  isInitializeRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Caller } from '../model/caller.ts';
import type { Clock } from '../ports/clock.ts';
import { subjectKey } from './exec-budget.ts';
import { jsonRpcError } from './json-rpc-error.ts';
import type { FrontendLimits } from './limits.ts';

interface LegacySession {
  readonly principal: string;
  readonly server: McpServer;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** As authenticated by the latest request: groups may change while a connection lives. */
  caller: Caller;
  usedMs: number;
  /** Open GET streams: a client that listens is there, though it says nothing. */
  listening: number;
}

export interface LegacySessionsOptions {
  readonly build: (caller: () => Caller) => McpServer;
  readonly limits: Pick<FrontendLimits, 'legacySessions' | 'legacySessionsPerCaller' | 'legacyIdleMs' | 'mcpBodyBytes'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

const SESSION_HEADER = 'mcp-session-id';

export class LegacySessions {
  /** In order of last use. */
  readonly #sessions = new Map<string, LegacySession>();
  readonly #options: LegacySessionsOptions;

  constructor(options: LegacySessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  async serve(request: Request, parsedBody: unknown, caller: Caller): Promise<Response> {
    await this.#endIdle();
    const id = request.headers.get(SESSION_HEADER);
    if (id !== null) return this.#serveKnown(request, { id, parsedBody, caller });
    if (request.method !== 'POST')
      return jsonRpcError(405, -32_000, 'only POST is served without a session', { allow: 'POST' });
    if (!isInitializeRequest(parsedBody))
      return jsonRpcError(400, -32_000, 'no session: send initialize first, or a request of revision 2026-07-28');
    return this.#open(request, parsedBody, caller);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((id) => this.#end(id)));
  }

  #serveKnown(
    request: Request,
    call: { readonly id: string; readonly parsedBody: unknown; readonly caller: Caller },
  ): Promise<Response> {
    const session = this.#sessions.get(call.id);
    if (session === undefined || session.principal !== subjectKey(call.caller)) {
      return Promise.resolve(jsonRpcError(404, -32_001, 'no such session; send initialize again'));
    }
    session.caller = call.caller;
    this.#touch(call.id, session);
    if (request.method === 'GET') countListener(session, request.signal);
    return session.transport.handleRequest(
      request,
      call.parsedBody === undefined ? {} : { parsedBody: call.parsedBody },
    );
  }

  async #open(request: Request, parsedBody: unknown, caller: Caller): Promise<Response> {
    const principal = subjectKey(caller);
    const { limits, newId } = this.#options;
    await this.#makeRoomFor(principal);
    if (this.#sessions.size >= limits.legacySessions)
      return jsonRpcError(503, -32_000, 'too many connections; retry later', { 'retry-after': '60' });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: newId,
      maxRequestBodySize: limits.mcpBodyBytes,
      onsessioninitialized: (id) => {
        this.#sessions.set(id, session);
      },
      onsessionclosed: (id) => {
        this.#sessions.delete(id);
      },
    });
    const server = this.#options.build(() => session.caller);
    const session: LegacySession = {
      principal,
      server,
      transport,
      caller,
      usedMs: this.#options.clock.monotonicMs(),
      listening: 0,
    };
    await server.connect(transport);
    return transport.handleRequest(request, { parsedBody });
  }

  /** A caller over its own bound loses its own oldest connection, never somebody else's. */
  async #makeRoomFor(principal: string): Promise<void> {
    const own = [...this.#sessions].filter(([, session]) => session.principal === principal);
    const oldest = own[0];
    if (oldest !== undefined && own.length >= this.#options.limits.legacySessionsPerCaller) await this.#end(oldest[0]);
  }

  async #endIdle(): Promise<void> {
    const idleSinceMs = this.#options.clock.monotonicMs() - this.#options.limits.legacyIdleMs;
    for (const [id, session] of this.#sessions) {
      if (session.usedMs > idleSinceMs) return; // the rest was used later still
      if (session.listening === 0) await this.#end(id);
    }
  }

  #touch(id: string, session: LegacySession): void {
    session.usedMs = this.#options.clock.monotonicMs();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
  }

  async #end(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    await session?.server.close();
  }
}

function countListener(session: LegacySession, signal: AbortSignal): void {
  session.listening += 1;
  signal.addEventListener(
    'abort',
    () => {
      session.listening -= 1;
    },
    { once: true },
  );
}
