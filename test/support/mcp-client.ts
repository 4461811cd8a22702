// MCP clients of both generations behind one small face, for every test that talks to a front end over TLS.
// "modern" is @modelcontextprotocol/client pinned to 2026-07-28; "legacy" is the independent @modelcontextprotocol/sdk 1.x.

import { Client, type FetchLike, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Agent, fetch as undiciFetch } from 'undici';

export type ClientEra = 'modern' | 'legacy';

export interface ToolResult {
  readonly isError: boolean;
  /** All text parts. */
  readonly text: string;
  readonly structured: Record<string, unknown> | null;
  readonly meta: Record<string, unknown>;
}

export interface ProgressSeen {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface McpTestClient {
  readonly era: ClientEra;
  listTools(): Promise<readonly { readonly name: string }[]>;
  callTool(
    name: string,
    args?: Record<string, unknown>,
    options?: { readonly onProgress?: (progress: ProgressSeen) => void; readonly signal?: AbortSignal },
  ): Promise<ToolResult>;
  close(): Promise<void>;
  /** Breaks every connection, as a network or a killed client does. */
  drop(): Promise<void>;
}

export interface McpTarget {
  /** Of the MCP endpoint. Example: "https://127.0.0.1:8443/mcp". */
  readonly url: string;
  readonly token: string;
  /** The only CA that is trusted. */
  readonly caPem: string;
  readonly era: ClientEra;
}

const IDENTITY = { name: 'mcpsession-test', version: '0.0.0' };
const CALL_TIMEOUT_MS = 60_000;

/** Rejects when the server cannot be reached or refuses the token. */
export async function connectMcp(target: McpTarget): Promise<McpTestClient> {
  const agent = new Agent({ connect: { ca: target.caPem } });
  const fetch = pinnedFetch(agent);
  const requestInit = { headers: { authorization: `Bearer ${target.token}` } };
  const client =
    target.era === 'modern'
      ? await connectModern(target.url, { fetch, requestInit })
      : await connectLegacy(target.url, { fetch, requestInit });
  return {
    ...client,
    era: target.era,
    drop: () => agent.destroy(),
    close: async () => {
      await client.close();
      await agent.destroy();
    },
  };
}

interface Wire {
  readonly fetch: FetchLike;
  readonly requestInit: { readonly headers: Record<string, string> };
}

async function connectModern(url: string, wire: Wire): Promise<Omit<McpTestClient, 'era' | 'drop'>> {
  const client = new Client(IDENTITY, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), wire));
  return {
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args = {}, options = {}) =>
      toolResult(await client.callTool({ name, arguments: args }, requestOptions(options))),
    close: () => client.close(),
  };
}

async function connectLegacy(url: string, wire: Wire): Promise<Omit<McpTestClient, 'era' | 'drop'>> {
  const client = new LegacyClient(IDENTITY);
  const transport = new LegacyTransport(new URL(url), wire);
  await client.connect(transport as Parameters<typeof client.connect>[0]); // differs in `?: T | undefined` only
  return {
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args = {}, options = {}) =>
      toolResult(await client.callTool({ name, arguments: args }, undefined, requestOptions(options))),
    close: async () => {
      await transport.terminateSession();
      await client.close();
    },
  };
}

function requestOptions(options: {
  readonly onProgress?: (progress: ProgressSeen) => void;
  readonly signal?: AbortSignal;
}) {
  const { onProgress, signal } = options;
  return {
    timeout: CALL_TIMEOUT_MS,
    ...(onProgress === undefined ? {} : { onprogress: onProgress }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function toolResult(raw: object): ToolResult {
  const result = raw as {
    content?: { type: string; text?: string }[];
    isError?: boolean;
    structuredContent?: Record<string, unknown>;
    _meta?: Record<string, unknown>;
  }; // both libraries checked it
  return {
    isError: result.isError === true,
    text: (result.content ?? []).map(({ text }) => text ?? '').join('\n'),
    structured: result.structuredContent ?? null,
    meta: result._meta ?? {},
  };
}

/** undici's own fetch: the global one takes no dispatcher of another undici. */
function pinnedFetch(agent: Agent): FetchLike {
  const fetch = (url: string | URL, init?: RequestInit) =>
    undiciFetch(url, { ...(init as Parameters<typeof undiciFetch>[1]), dispatcher: agent });
  return fetch as unknown as FetchLike; // the same interface, declared twice
}
