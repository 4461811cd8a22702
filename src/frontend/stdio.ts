// The same MCP server over stdin and stdout, for one person with a kubeconfig. stdout is the protocol; logs go elsewhere.

import type { Transport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Caller } from '../model/caller.ts';
import type { Log } from '../ports/log.ts';
import { buildMcpServer, TOOLS } from './mcp-server.ts';
import type { Services } from './services.ts';

export interface StdioFrontend {
  close(): Promise<void>;
}

/** Serves until the client closes stdin or `close` is called. `transport` replaces the standard streams in tests. */
export function serveStdioFrontend(options: {
  readonly services: Services;
  /** Who the person is, for namespaces and messages; rights are the API server's to judge. */
  readonly caller: Caller;
  readonly version: string;
  readonly log: Log;
  readonly transport?: Transport;
}): StdioFrontend {
  const { services, caller, version, log, transport } = options;
  return serveStdio(() => buildMcpServer({ services, tools: TOOLS, version, caller: () => caller }), {
    onerror: (error) => log.debug('MCP message refused', { error: error.message }),
    ...(transport === undefined ? {} : { transport }),
  });
}
