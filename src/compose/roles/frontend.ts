// Wires the front end: MCP over Streamable HTTP with TLS, acting for authenticated callers.

import { randomBytes } from 'node:crypto';
import { createExecBudget } from '../../frontend/exec-budget.ts';
import { routeToNode } from '../../frontend/exec-route.ts';
import { createFrontend } from '../../frontend/http.ts';
import { DEFAULT_FRONTEND_LIMITS } from '../../frontend/limits.ts';
import { offeredTools } from '../../frontend/mcp-server.ts';
import { createServices } from '../../frontend/services.ts';
import { subjectAccess } from '../../frontend/access.ts';
import { createNodeStore } from '../../kube/node-store.ts';
import { createSessionStore } from '../../kube/session-store.ts';
import { createAuthenticator, createAuthorizer } from '../../kube/token-authority.ts';
import type { ToolName } from '../../model/tool-names.ts';
import { createNodeClient } from '../../node-client/node-client.ts';
import { type ServedCertificate, startWebServer } from '../../process/https-server.ts';
import { policiesOfNamespaces } from '../../frontend/policies-for.ts';
import { type RoleContext, watchNamespaces } from './common.ts';

export interface FrontendRoleOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: ServedCertificate;
  /** Of MCP; "*": all. */
  readonly tools: readonly (ToolName | '*')[];
  /** Names by which clients may address it, without port. */
  readonly allowedHosts: readonly string[];
  /** Of web pages that may call. */
  readonly allowedOrigins: readonly string[];
  readonly nodeToken: () => Promise<string>;
  readonly version: string;
}

export interface RunningFrontend {
  readonly url: string;
  readonly mcpUrl: string;
  readonly port: number;
  /** Served to new connections. */
  setCertificate(certificate: ServedCertificate): void;
  /** Whether it can decide about sessions. */
  isReady(): boolean;
  /** Before `close`, while it still answers: see WebServer. */
  drain(): void;
  close(): Promise<void>;
}

const CLOSE_MS = 2_000;
const DEFAULT_NAMESPACE = 'default';

export async function startFrontendRole(
  context: RoleContext,
  options: FrontendRoleOptions,
  signal: AbortSignal,
): Promise<RunningFrontend> {
  const { client, clock, policies } = context;
  const log = context.log.with({ program: 'frontend' });
  const namespaces = watchNamespaces(context, { log, onChange: () => {} }, signal);
  const nodeClient = createNodeClient({
    token: options.nodeToken,
    userAgent: `mcpsession-frontend/${options.version}`,
  });
  const services = createServices({
    sessions: createSessionStore(client),
    access: subjectAccess(createAuthorizer(client, clock)),
    execRoute: routeToNode(createNodeStore(client)),
    execBudget: createExecBudget(DEFAULT_FRONTEND_LIMITS, clock),
    nodeAccess: nodeClient,
    policiesFor: policiesOfNamespaces(policies, namespaces),
    clock,
    log,
    defaultNamespace: DEFAULT_NAMESPACE,
    newId: () => randomBytes(16).toString('hex'),
  });
  const frontend = createFrontend({
    services,
    authenticator: createAuthenticator(client, clock),
    limits: DEFAULT_FRONTEND_LIMITS,
    tools: offeredTools(options.tools),
    allowedHosts: options.allowedHosts,
    allowedOrigins: options.allowedOrigins,
    version: options.version,
    clock,
    log,
    newConnectionId: () => randomBytes(24).toString('hex'),
  });
  const server = await startWebServer({
    name: 'MCP',
    host: options.host,
    port: options.port,
    certificate: options.certificate,
    log,
    handle: frontend.handle,
    upgrade: frontend.upgrade,
    longBodies: true,
  });
  return {
    url: server.url,
    mcpUrl: `${server.url}/mcp`,
    port: server.port,
    setCertificate: (certificate) => server.setCertificate(certificate),
    isReady: () => namespaces.isSynced(),
    drain: () => server.drain(),
    async close() {
      await frontend.close();
      await server.close(CLOSE_MS);
      await nodeClient.close();
    },
  };
}
