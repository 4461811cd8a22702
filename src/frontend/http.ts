// The listener of the front end: /healthz for probes, and behind the gate /mcp and the node protocol. Nothing else is served, and
// nothing but /healthz without a token.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import { asOperatorError } from '../lib/errors.ts';
import type { Caller } from '../model/caller.ts';
import { parseExecPath } from '../model/node-protocol.ts';
import type { Authenticator } from '../ports/authority.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { readJsonBody } from '../process/json-body.ts';
import { sendJson } from '../process/https-server.ts';
import { statusOfKind } from '../process/fault-status.ts';
import { createGate, type GateRefusal } from './http-gate.ts';
import type { FrontendLimits } from './limits.ts';
import { createMcpEndpoint } from './mcp-endpoint.ts';
import { serveExec } from './node-protocol-route.ts';
import type { Services } from './services.ts';

/** Deeper JSON is no MCP message that any of our tools takes. */
const MAX_BODY_DEPTH = 64;

export interface FrontendOptions {
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly limits: FrontendLimits;
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
  /** Ends protocol sessions and requests in progress. */
  close(): Promise<void>;
}

export function createFrontend(options: FrontendOptions): Frontend {
  const { services, limits, clock, log } = options;
  const gate = createGate(options);
  const endpoint = createMcpEndpoint({
    services,
    version: options.version,
    limits,
    clock,
    log,
    newId: options.newConnectionId,
  });

  const route = async (request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> => {
    const path = pathOf(request);
    const reference = parseExecPath(path);
    if (reference !== null && request.method === 'POST')
      return serveExec({ reference, caller, services, log }, request, response);
    if (path !== '/mcp')
      return sendJson(response, 404, { kind: 'not-found', message: 'no such path; the front end serves /mcp' });
    return serveMcp({ endpoint, caller, limits, log }, request, response);
  };

  return {
    async handle(request, response) {
      if (request.method === 'GET' && pathOf(request) === '/healthz') return sendJson(response, 200, { ok: true });
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const admitted = await gate.admit(request, gone.signal).catch((thrown: unknown) => {
        if (gone.signal.aborted) return null;
        throw thrown;
      });
      if (admitted === null) return;
      if (!admitted.ok) return sendRefusal(request, response, admitted.error);
      response.once('close', admitted.value.leave);
      if (response.destroyed) admitted.value.leave();
      await route(request, response, admitted.value.caller);
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
