// /mcp for authenticated callers: the stateless leg of revision 2026-07-28 and the leg with sessions for 2025-era clients.
// Web-standard requests in and out, so that it runs in a test without a socket.

import { type AuthInfo, createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import type { Caller } from '../model/caller.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { jsonRpcError } from './json-rpc-error.ts';
import { LegacySessions } from './legacy-sessions.ts';
import type { FrontendLimits } from './limits.ts';
import { buildMcpServer } from './mcp-server.ts';
import type { Services } from './services.ts';
import type { Tool } from './tools/tool.ts';

export interface McpEndpoint {
  /** `parsedBody` is undefined for GET and DELETE. */
  serve(request: Request, parsedBody: unknown, caller: Caller): Promise<Response>;
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 15_000;

export function createMcpEndpoint(options: {
  readonly services: Services;
  readonly tools: readonly Tool[];
  readonly version: string;
  readonly limits: FrontendLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}): McpEndpoint {
  const { services, tools, version, limits, clock, log, newId } = options;
  const onerror = (error: Error) => log.debug('MCP request refused', { error: error.message });
  const modern = createMcpHandler(
    ({ authInfo }) => {
      const caller = callerOf(authInfo);
      return buildMcpServer({ services, tools, version, caller: () => caller });
    },
    { legacy: 'reject', keepAliveMs: KEEP_ALIVE_MS, maxRequestBodySize: limits.mcpBodyBytes, onerror },
  );
  const legacy = new LegacySessions({
    build: (caller) => buildMcpServer({ services, tools, version, caller }),
    limits,
    clock,
    newId,
  });

  return {
    async serve(request, parsedBody, caller) {
      switch (request.method) {
        case 'POST':
          break;
        case 'GET':
        case 'DELETE':
          return legacy.serve(request, undefined, caller);
        default:
          return jsonRpcError(405, -32_000, 'method not allowed', { allow: 'POST, GET, DELETE' });
      }
      if (Array.isArray(parsedBody))
        return jsonRpcError(400, -32_600, 'batches are not served: send one message per request');
      if (await isLegacyRequest(request, parsedBody)) return legacy.serve(request, parsedBody, caller);
      return modern.fetch(request, { parsedBody, authInfo: authInfoOf(caller) });
    },
    async close() {
      await Promise.all([modern.close(), legacy.close()]);
    },
  };
}

/** The library's own shape for who calls. The token stays outside: nothing behind this line may pass it on. */
const authInfoOf = (caller: Caller): AuthInfo => ({
  token: '',
  clientId: caller.username,
  scopes: [],
  extra: { caller },
});

function callerOf(authInfo: AuthInfo | undefined): Caller {
  const caller = authInfo?.extra?.['caller'];
  if (caller === undefined) throw new Error('an MCP request came in without its caller');
  return caller as Caller; // put there by authInfoOf, the only writer
}
