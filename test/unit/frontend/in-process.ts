// MCP clients against the endpoint of the front end without a socket: the modern client of the library, and raw messages.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { DEFAULT_FRONTEND_LIMITS, type FrontendLimits } from '../../../src/frontend/limits.ts';
import { createMcpEndpoint, type McpEndpoint } from '../../../src/frontend/mcp-endpoint.ts';
import { TOOLS } from '../../../src/frontend/mcp-server.ts';
import type { Tool } from '../../../src/frontend/tools/tool.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { FrontendWorld } from '../../support/frontend-fakes.ts';

const URL_OF_ENDPOINT = 'http://in.process/mcp';

export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Record<string, unknown> | null;
  readonly meta: Record<string, unknown>;
}

export function endpointOf(
  world: FrontendWorld,
  limits: Partial<FrontendLimits> = {},
  tools: readonly Tool[] = TOOLS,
): McpEndpoint {
  const { services, clock, newId } = world;
  return createMcpEndpoint({
    services,
    tools,
    clock,
    newId,
    version: '0.0.0-test',
    limits: { ...DEFAULT_FRONTEND_LIMITS, ...limits },
    log: silentLog,
  });
}

export async function clientOf(endpoint: McpEndpoint, caller: Caller): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    const body = request.method === 'POST' ? ((await request.clone().json()) as unknown) : undefined;
    return endpoint.serve(request, body, caller);
  };
  await client.connect(new StreamableHTTPClientTransport(new URL(URL_OF_ENDPOINT), { fetch }));
  return client;
}

/** One call of one tool by one caller. */
export async function callTool(
  world: FrontendWorld,
  call: {
    readonly caller: Caller;
    readonly name: string;
    readonly args?: Record<string, unknown>;
    readonly onProgress?: (step: number) => void;
  },
): Promise<Answer> {
  const endpoint = endpointOf(world);
  const client = await clientOf(endpoint, call.caller);
  const { onProgress } = call;
  const options =
    onProgress === undefined ? {} : { onprogress: ({ progress }: { progress: number }) => onProgress(progress) };
  const result = await client.callTool({ name: call.name, arguments: call.args ?? {} }, options);
  await client.close();
  await endpoint.close();
  return {
    isError: result.isError === true,
    text: result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n'),
    structured: (result.structuredContent as Record<string, unknown> | undefined) ?? null, // an object in all our tools
    meta: result._meta ?? {},
  };
}

/** A raw message to the endpoint, as a 2025-era client sends it. */
export function post(
  endpoint: McpEndpoint,
  call: {
    readonly caller: Caller;
    readonly message: unknown;
    readonly sessionId?: string;
    readonly signal?: AbortSignal;
  },
): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(call.sessionId === undefined ? {} : { 'mcp-session-id': call.sessionId, 'mcp-protocol-version': '2025-11-25' }),
  };
  const init = {
    method: 'POST',
    headers,
    body: JSON.stringify(call.message),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
  return endpoint.serve(new Request(URL_OF_ENDPOINT, init), call.message, call.caller);
}

export const bare = (
  endpoint: McpEndpoint,
  call: {
    readonly caller: Caller;
    readonly method: string;
    readonly sessionId?: string;
    readonly signal?: AbortSignal;
  },
): Promise<Response> =>
  endpoint.serve(
    new Request(URL_OF_ENDPOINT, {
      method: call.method,
      headers: {
        accept: 'text/event-stream',
        ...(call.sessionId === undefined ? {} : { 'mcp-session-id': call.sessionId }),
      },
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    }),
    undefined,
    call.caller,
  );

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } },
};
