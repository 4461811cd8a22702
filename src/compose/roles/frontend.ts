// Wires the front end: MCP over Streamable HTTP with TLS, acting for authenticated callers.

import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createExecBudget } from '../../frontend/exec-budget.ts';
import { routeToNode } from '../../frontend/exec-route.ts';
import { createFrontend } from '../../frontend/http.ts';
import { DEFAULT_FRONTEND_LIMITS } from '../../frontend/limits.ts';
import { createServices } from '../../frontend/services.ts';
import { subjectAccess } from '../../frontend/access.ts';
import { createNodeStore } from '../../kube/node-store.ts';
import { createSessionStore } from '../../kube/session-store.ts';
import { createAuthenticator, createAuthorizer } from '../../kube/token-authority.ts';
import { isFault } from '../../lib/errors.ts';
import { createNodeClient } from '../../node-client/node-client.ts';
import { certificateEndMs, issueCertificate, type KeyPairPem } from '../../process/certificates.ts';
import { startWebServer, type WebServer } from '../../process/https-server.ts';
import { policiesOfNamespaces } from '../../frontend/policies-for.ts';
import { type RoleContext, watchNamespaces } from './common.ts';

export interface FrontendRoleOptions {
  readonly host: string;
  /** 0: the port of the last run if it is free, else any. */
  readonly port: number;
  /** Files that keep the address and the authority over restarts, so that clients need no new configuration. */
  readonly paths: { readonly mcpCa: string; readonly mcpKeys: string; readonly mcpPort: string };
  readonly nodeToken: () => Promise<string>;
  readonly version: string;
}

export interface RunningFrontend {
  readonly url: string;
  readonly mcpUrl: string;
  readonly caPem: string;
  close(): Promise<void>;
}

const CA_MS = 365 * 24 * 3_600_000;
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
  const ca = await keptAuthority(options.paths, clock.nowMs());
  const certificate = await issueCertificate({
    commonName: 'mcpsession-frontend',
    hosts: [options.host, 'localhost'],
    validForMs: CA_MS,
    nowMs: clock.nowMs(),
    ca,
  });
  const frontend = createFrontend({
    services,
    authenticator: createAuthenticator(client, clock),
    limits: DEFAULT_FRONTEND_LIMITS,
    allowedHosts: [options.host, 'localhost'],
    allowedOrigins: [],
    version: options.version,
    clock,
    log,
    newConnectionId: () => randomBytes(24).toString('hex'),
  });
  const server = await listenOnKeptPort(options, (port) =>
    startWebServer({
      name: 'MCP',
      host: options.host,
      port,
      certificate,
      log,
      handle: frontend.handle,
      upgrade: frontend.upgrade,
      longBodies: true,
    }),
  );
  signal.throwIfAborted();
  await writeFile(options.paths.mcpPort, `${server.port}\n`, { mode: 0o600 });
  return {
    url: server.url,
    mcpUrl: `${server.url}/mcp`,
    caPem: ca.certPem,
    async close() {
      await frontend.close();
      await server.close(CLOSE_MS);
      await nodeClient.close();
    },
  };
}

/** The port that was asked for; or that of the last run; or, when that is taken, any. */
async function listenOnKeptPort(
  options: FrontendRoleOptions,
  listen: (port: number) => Promise<WebServer>,
): Promise<WebServer> {
  if (options.port !== 0) return listen(options.port);
  const kept = Number((await readFile(options.paths.mcpPort, 'utf8').catch(() => '0')).trim());
  if (!Number.isInteger(kept) || kept <= 0 || kept > 65_535) return listen(0);
  try {
    return await listen(kept);
  } catch (thrown) {
    if (isFault(thrown, 'conflict')) return listen(0);
    throw thrown;
  }
}

/** The authority that clients were told to trust, renewed when less than a month of it is left. */
async function keptAuthority(
  paths: { readonly mcpCa: string; readonly mcpKeys: string },
  nowMs: number,
): Promise<KeyPairPem> {
  try {
    const kept: KeyPairPem = {
      certPem: await readFile(paths.mcpCa, 'utf8'),
      keyPem: await readFile(paths.mcpKeys, 'utf8'),
    };
    if (certificateEndMs(kept.certPem) - nowMs > CA_MS / 12) return kept;
  } catch {
    // A first run, or damaged files: make new ones.
  }
  const { ca } = await issueCertificate({
    commonName: 'mcpsession-frontend',
    hosts: ['localhost'],
    validForMs: CA_MS,
    nowMs,
  });
  await writeFile(paths.mcpKeys, ca.keyPem, { mode: 0o600 });
  await writeFile(paths.mcpCa, ca.certPem, { mode: 0o644 });
  return ca;
}
