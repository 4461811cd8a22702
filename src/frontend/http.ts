// The listener of the front end: /healthz for probes, and behind the gate /mcp and the node protocol. Nothing else is served, and
// nothing but /healthz without a token.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import { asOperatorError } from '../lib/errors.ts';
import type { Caller } from '../model/caller.ts';
import { parseSessionPath } from '../model/node-routes.ts';
import type { Authenticator } from '../ports/authority.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { readJsonBody } from '../process/json-body.ts';
import { sendJson } from '../process/https-server.ts';
import { statusOfKind } from '../process/fault-status.ts';
import type { Upgrade } from '../process/http-upgrade.ts';
import { serveOperation } from '../process/node-protocol/serve-operation.ts';
import { serveUpgrade } from '../process/node-protocol/serve-upgrade.ts';
import { createGate, type GateRefusal } from './http-gate.ts';
import type { FrontendLimits } from './limits.ts';
import { createMcpEndpoint } from './mcp-endpoint.ts';
import { protocolServerFor } from './protocol-server.ts';
import type { Services } from './services.ts';
import type { Tool } from './tools/tool.ts';

/** Deeper JSON is no MCP message that any of our tools takes. */
const MAX_BODY_DEPTH = 64;

export interface FrontendOptions {
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly limits: FrontendLimits;
  /** Of MCP: what is not here is neither listed nor called. */
  readonly tools: readonly Tool[];
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Of this release, for the protocol's serverInfo. */
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Fresh, unguessable id for each connection of a 2025-era client. */
  readonly newConnectionId: () => string;
}

export interface Frontend {
  /** For an HTTPS server; answers every request. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** For requests that ask to leave HTTP; behind the same gate. */
  readonly upgrade: (upgrade: Upgrade) => Promise<void>;
  /** Ends protocol sessions and requests in progress. */
  close(): Promise<void>;
}

export function createFrontend(options: FrontendOptions): Frontend {
  const { services, limits, clock, log } = options;
  const gate = createGate(options);
  const endpoint = createMcpEndpoint({
    services,
    tools: options.tools,
    version: options.version,
    limits,
    clock,
    log,
    newId: options.newConnectionId,
  });

  const route = async (request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> => {
    const path = pathOf(request);
    if (parseSessionPath(path) !== null) return serveOperation(protocolServerFor(caller, services), request, response);
    if (path !== '/mcp')
      return sendJson(response, 404, { kind: 'not-found', message: 'no such path; the front end serves /mcp' });
    return serveMcp({ endpoint, caller, limits, log }, request, response);
  };

  /** The caller, who holds a place until `over`; null when it was refused, which is answered. */
  const admit = async (
    request: IncomingMessage,
    response: ServerResponse,
    over: AbortSignal,
  ): Promise<Caller | null> => {
    const admitted = await gate.admit(request, over).catch((thrown: unknown) => {
      if (over.aborted) return null;
      throw thrown;
    });
    if (admitted === null) return null;
    if (!admitted.ok) {
      sendRefusal(request, response, admitted.error);
      return null;
    }
    over.addEventListener('abort', admitted.value.leave, { once: true });
    if (over.aborted) admitted.value.leave();
    return admitted.value.caller;
  };

  return {
    async handle(request, response) {
      if (request.method === 'GET' && pathOf(request) === '/healthz') return sendJson(response, 200, { ok: true });
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const caller = await admit(request, response, gone.signal);
      if (caller !== null) await route(request, response, caller);
    },
    async upgrade(upgrade) {
      const caller = await admit(upgrade.request, upgrade.response, upgrade.closed);
      if (caller !== null) await serveUpgrade(protocolServerFor(caller, services), upgrade);
    },
    close: () => endpoint.close(),
  };
}

async function serveMcp(
  call: {
    readonly endpoint: ReturnType<typeof createMcpEndpoint>;
    readonly caller: Caller;
    readonly limits: FrontendLimits;
    readonly log: Log;
  },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body =
    request.method === 'POST'
      ? await readMcpBody(request, call.limits.mcpBodyBytes)
      : { ok: true as const, value: undefined };
  if (!body.ok) return sendRpcError(response, body);
  const serve = toNodeHandler(
    { fetch: (web) => call.endpoint.serve(web, body.value, call.caller) },
    {
      maxRequestBodySize: call.limits.mcpBodyBytes,
      onerror: (error) => call.log.error('MCP request failed', { error: error.message }),
    },
  );
  await serve(request as NodeIncomingMessageLike, response, body.value); // it is one; the types differ in `?: T | undefined` only
}

type McpBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly code: number; readonly message: string };

async function readMcpBody(request: IncomingMessage, maxBytes: number): Promise<McpBody> {
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json')
    return { ok: false, status: 415, code: -32_000, message: 'content-type must be application/json' };
  try {
    return {
      ok: true,
      value: await readJsonBody(request, { maxBytes, maxDepth: MAX_BODY_DEPTH }, new AbortController().signal),
    };
  } catch (thrown) {
    const fault = asOperatorError(thrown);
    return {
      ok: false,
      status: statusOfKind(fault.kind),
      code: fault.kind === 'invalid' ? -32_700 : -32_000,
      message: fault.message,
    };
  }
}

function sendRpcError(
  response: ServerResponse,
  error: { readonly status: number; readonly code: number; readonly message: string },
): void {
  if (error.status === 413) response.setHeader('connection', 'close'); // the rest of the body is not read
  sendJson(response, error.status, { jsonrpc: '2.0', error: { code: error.code, message: error.message }, id: null });
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: GateRefusal): void {
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
  if (pathOf(request) === '/mcp') return sendRpcError(response, { ...refusal, code: -32_000 });
  const kind = { 401: 'unauthenticated', 403: 'forbidden', 429: 'rate-limited', 503: 'unavailable' }[refusal.status];
  sendJson(response, refusal.status, { kind, message: refusal.message });
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? '';
