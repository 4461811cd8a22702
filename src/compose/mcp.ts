// `mcpsession mcp`: the MCP server over stdio for one person with a kubeconfig (design.md 8.22). Objects go through the API server
// with the person's own rights; commands go to the front end, with a token of the namespace's client account.

import { randomBytes } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import type { McpOptions } from '../cli/arguments.ts';
import { ownRights } from '../frontend/access.ts';
import { unlimitedExecs } from '../frontend/exec-budget.ts';
import type { ExecRoute } from '../frontend/exec-route.ts';
import { createServices } from '../frontend/services.ts';
import { serveStdioFrontend } from '../frontend/stdio.ts';
import { requestToken } from '../kube/install.ts';
import { createSessionStore } from '../kube/session-store.ts';
import { createKubeClient, type KubeClient } from '../kube/kube-client.ts';
import { whoAmI } from '../kube/who-am-i.ts';
import { readFrontendEndpoint } from '../kube/frontend-endpoint.ts';
import { OperatorError } from '../lib/errors.ts';
import { err, ok } from '../lib/result.ts';
import { CLIENT_SERVICE_ACCOUNT, FRONTEND_AUDIENCE } from '../model/names.ts';
import { defaultPolicy } from '../model/policy.ts';
import { createNodeClient } from '../node-client/node-client.ts';
import type { Log } from '../ports/log.ts';
import { systemClock } from '../process/system-clock.ts';

export interface McpHost {
  readonly version: string;
  readonly log: Log;
}

const TOKEN_SECONDS = 3600;
/** A token is used until this long before its end. */
const TOKEN_MARGIN_MS = 60_000;

/** Serves until the client closes stdin or `signal` aborts. Rejects with OperatorError when the cluster cannot be reached. */
export async function runMcp(options: McpOptions, host: McpHost, signal: AbortSignal): Promise<void> {
  const kubeConfig = loadKubeconfig(options);
  const userAgent = `mcpsession-mcp/${host.version}`;
  const client = createKubeClient({ kubeconfig: kubeConfig, userAgent });
  const caller = await whoAmI(client, signal);
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const namespace = options.namespace ?? context?.namespace ?? 'default';
  const nodeClient = createNodeClient({
    token: clientToken(client, { namespace, serviceAccount: options.serviceAccount ?? CLIENT_SERVICE_ACCOUNT }),
    userAgent,
  });
  host.log.info('serving MCP over stdio', { server: client.url, namespace });
  const services = createServices({
    sessions: createSessionStore(client),
    access: ownRights,
    execRoute: byWayOfFrontend(client),
    execBudget: unlimitedExecs, // the front end counts
    nodeAccess: nodeClient,
    policy: defaultPolicy, // for policy_check alone; admission has the cluster's own
    clock: systemClock,
    log: host.log,
    defaultNamespace: namespace,
    newId: () => randomBytes(16).toString('hex'),
  });
  const frontend = serveStdioFrontend({ services, caller, version: host.version, log: host.log });
  await new Promise<void>((resolve) => {
    process.stdin.once('close', resolve);
    process.stdin.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await frontend.close();
  await nodeClient.close();
  await client.close();
}

function loadKubeconfig(options: McpOptions): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (options.kubeconfig === null) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(options.kubeconfig);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('invalid', `the kubeconfig cannot be read: ${detail}; name one with --kubeconfig`, {
      cause,
    });
  }
  if (options.context !== null) {
    if (kubeConfig.getContextObject(options.context) === null) {
      const known = kubeConfig.getContexts().map(({ name }) => name);
      throw new OperatorError(
        'invalid',
        `--context ${JSON.stringify(options.context)}: the kubeconfig has ${known.join(', ')}`,
      );
    }
    kubeConfig.setCurrentContext(options.context);
  }
  return kubeConfig;
}

function byWayOfFrontend(client: KubeClient): ExecRoute {
  return async (_session, _caller, signal) => {
    const endpoint = await readFrontendEndpoint(client, signal);
    if (endpoint !== null) return ok({ endpoint, caller: null });
    return err({
      code: 'INTERNAL',
      what: 'The cluster does not say where its MCP front end is, which runs the commands.',
      next: 'ask the cluster administrator to start the front end, then retry',
    });
  };
}

/** A token of the client account for the front end, asked for when the last one nears its end. */
function clientToken(
  client: KubeClient,
  account: { readonly namespace: string; readonly serviceAccount: string },
): (signal: AbortSignal) => Promise<string> {
  let current: { readonly token: string; readonly expiresAtMs: number } | null = null;
  return async (signal) => {
    if (current !== null && current.expiresAtMs - TOKEN_MARGIN_MS > systemClock.nowMs()) return current.token;
    current = await requestToken(
      client,
      { ...account, audience: FRONTEND_AUDIENCE, expirationSeconds: TOKEN_SECONDS },
      signal,
    );
    return current.token;
  };
}
