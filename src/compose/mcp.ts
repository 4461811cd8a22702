// `mcpsession mcp`: the MCP server over stdio for one person with a kubeconfig (design.md 8.22). Objects go through the API server
// with the person's own rights; commands go to the front end, with a token of the namespace's client account.

import { randomBytes } from 'node:crypto';
import type { McpOptions } from '../cli/arguments/mcp.ts';
import { ownRights } from '../frontend/access.ts';
import { unlimitedExecs } from '../frontend/exec-budget.ts';
import { createServices } from '../frontend/services.ts';
import { serveStdioFrontend } from '../frontend/stdio.ts';
import { whoAmI } from '../kube/who-am-i.ts';
import { findFrontendEndpoint } from '../kube/frontend-endpoint.ts';
import { defaultPolicySet } from '../config/load-policy.ts';
import type { PoliciesFor } from '../frontend/service-parts.ts';
import type { Log } from '../ports/log.ts';
import { choosePolicies } from '../rules/profile-choice.ts';
import { systemClock } from '../process/system-clock.ts';
import { routeByFrontend } from './route-by-frontend.ts';
import { openConnection } from './session-client.ts';

export interface McpHost {
  readonly version: string;
  readonly log: Log;
}

/** Serves until the client closes stdin or `signal` aborts. Rejects with OperatorError when the cluster cannot be reached. */
export async function runMcp(options: McpOptions, host: McpHost, signal: AbortSignal): Promise<void> {
  const connection = openConnection(options.connection, `mcpsession-mcp/${host.version}`);
  const { client, sessions, namespace, nodeClient } = connection;
  const caller = await whoAmI(client, signal);
  host.log.info('serving MCP over stdio', { server: client.url, namespace });
  const services = createServices({
    sessions,
    access: ownRights,
    execRoute: routeByFrontend({ ...connection.way, find: (asked) => findFrontendEndpoint(client, asked) }),
    execBudget: unlimitedExecs, // the front end counts
    nodeAccess: nodeClient,
    policiesFor: defaultPolicies, // for policy_check alone; admission has the cluster's own
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
  await connection.close();
}

const defaultPolicies: PoliciesFor = () => {
  const all = defaultPolicySet();
  return Promise.resolve({ policies: choosePolicies(all, {}), isSuspended: false, all });
};
