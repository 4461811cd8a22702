// Each role talks to the API server as its own ServiceAccount, in `up` as in a pod: a token in a file, renewed before its end.
// So every run of `up` proves that the rights in cluster-objects.ts are enough.

import { rename, writeFile } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { requestToken } from '../kube/install.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

const TOKEN_SECONDS = 3600;
const RENEW_AFTER_MS = 40 * 60_000;
const RETRY_MS = 5_000;

export interface TokenFileOptions {
  /** May ask for tokens of the account. */
  readonly client: KubeClient;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** null for the API server itself. */
  readonly audience: string | null;
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Writes the first token; call keepTokenFile to renew it. */
export async function writeTokenFile(options: TokenFileOptions, signal: AbortSignal): Promise<void> {
  const { client, namespace, serviceAccount, audience, file } = options;
  const wanted = { namespace, serviceAccount, audience, expirationSeconds: TOKEN_SECONDS };
  const { token } = await requestToken(client, wanted, signal);
  const partial = `${file}.partial`;
  await writeFile(partial, token, { mode: 0o600 });
  await rename(partial, file);
}

/** Renews the file until `signal` aborts; a renewal that fails is tried again long before the token ends. */
export async function keepTokenFile(options: TokenFileOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, serviceAccount } = options;
  let waitMs = RENEW_AFTER_MS;
  while (!signal.aborted) {
    await clock.sleep(waitMs, signal).catch(() => {}); // aborted: the loop ends
    if (signal.aborted) return;
    try {
      await writeTokenFile(options, signal);
      waitMs = RENEW_AFTER_MS;
    } catch (thrown) {
      waitMs = RETRY_MS;
      log.warn('token not renewed', { serviceAccount, error: String(thrown) });
    }
  }
}

/** The cluster of `base`, as the account whose token lies in `tokenFile`. */
export function kubeconfigWithToken(base: { readonly path: string }, tokenFile: string): KubeConfig {
  const from = new KubeConfig();
  from.loadFromFile(base.path);
  const cluster = from.getCurrentCluster();
  const kubeConfig = new KubeConfig();
  if (cluster === null) return from; // createKubeClient says what is wrong with it
  kubeConfig.loadFromOptions({
    clusters: [cluster],
    users: [{ name: 'role', authProvider: { name: 'tokenFile', config: { tokenFile } } }],
    contexts: [{ name: 'role', cluster: cluster.name, user: 'role' }],
    currentContext: 'role',
  });
  return kubeConfig;
}
