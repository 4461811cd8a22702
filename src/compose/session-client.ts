// How a person with a kubeconfig reaches sessions (design.md 8.22): objects through the API server with the person's own rights, what
// happens inside a session through the front end, with a token of the namespace's client account.

import { KubeConfig } from '@kubernetes/client-node';
import type { ConnectionOptions } from '../cli/arguments/connection.ts';
import type { SessionClient } from '../cli/session/session-client.ts';
import { createConnection } from '../kube/connection.ts';
import { findFrontendEndpoint } from '../kube/frontend-endpoint.ts';
import { createKubeClient, type KubeClient } from '../kube/kube-client.ts';
import { openServiceTunnel } from '../kube/service-tunnel.ts';
import { createSessionStore } from '../kube/session-store.ts';
import { OperatorError } from '../lib/errors.ts';
import { CLIENT_SERVICE_ACCOUNT } from '../model/names.ts';
import { createNodeClient, type NodeClient } from '../node-client/node-client.ts';
import type { SessionReference, SessionStore } from '../ports/sessions.ts';
import { systemClock } from '../process/system-clock.ts';
import { clientToken } from './client-token.ts';
import { createFrontendDial, resolveByDns } from './frontend-dial.ts';
import { NO_FRONTEND, type WayToFrontend } from './route-by-frontend.ts';

export interface PersonConnection {
  readonly client: KubeClient;
  readonly sessions: SessionStore;
  readonly namespace: string;
  /** Towards the front end. */
  readonly nodeClient: NodeClient;
  /** What `nodeClient` goes by. */
  readonly way: Pick<WayToFrontend, 'token' | 'dial'>;
  close(): Promise<void>;
}

/** Sessions named in the answer to a wrong name. */
const MAX_HINTS = 5;

/** Nothing is asked yet. Throws OperatorError `invalid` for a kubeconfig or context that cannot be used. */
export function openConnection(options: ConnectionOptions, userAgent: string): PersonConnection {
  const kubeConfig = loadKubeconfig(options);
  const client = createKubeClient({ kubeconfig: kubeConfig, userAgent });
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const namespace = options.namespace ?? context?.namespace ?? 'default';
  const account = { namespace, serviceAccount: options.serviceAccount ?? CLIENT_SERVICE_ACCOUNT };
  const connection = createConnection(kubeConfig, userAgent);
  const dial = createFrontendDial({
    resolve: resolveByDns,
    tunnel: (service, signal) => openServiceTunnel({ client, connection, clock: systemClock }, service, signal),
  });
  const way = { token: clientToken(client, account), dial };
  const nodeClient = createNodeClient({ ...way, userAgent });
  return {
    client,
    sessions: createSessionStore(client),
    namespace,
    nodeClient,
    way,
    async close() {
      await nodeClient.close();
      await client.close();
      await connection.close();
    },
  };
}

/** Whether the session is ready is for the front end to say. Rejects with `not-found`, naming those that are there. */
export async function findSessionClient(
  { client, sessions, namespace, nodeClient }: PersonConnection,
  name: string,
  signal: AbortSignal,
): Promise<SessionClient> {
  const [session, endpoint] = await Promise.all([
    sessions.read({ namespace, name }, signal),
    findFrontendEndpoint(client, signal),
  ]);
  if (session === null) throw await noSuchSession(sessions, { namespace, name }, signal);
  if (endpoint === null) throw new OperatorError('unavailable', NO_FRONTEND);
  return { access: nodeClient, session: { endpoint, namespace, name, uid: session.meta.uid, caller: null } };
}

async function noSuchSession(
  sessions: SessionStore,
  { namespace, name }: SessionReference,
  signal: AbortSignal,
): Promise<OperatorError> {
  // Who may not list gets no hint; that is no reason to hide the answer.
  const known = await sessions.list(namespace, signal).catch(() => []);
  const names = known.map(({ meta }) => meta.name).sort();
  const more = names.length > MAX_HINTS ? `, and ${names.length - MAX_HINTS} more` : '';
  const hint = names.length === 0 ? '' : `; there are ${names.slice(0, MAX_HINTS).join(', ')}${more}`;
  return new OperatorError('not-found', `no session ${JSON.stringify(name)} in namespace "${namespace}"${hint}`);
}

function loadKubeconfig(options: ConnectionOptions): KubeConfig {
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
