// The token by which a person's process speaks to the front end: one of the client account of a namespace, with the front end's audience.

import { requestToken } from '../kube/install.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import { isFault, OperatorError } from '../lib/errors.ts';
import { FRONTEND_AUDIENCE } from '../model/names.ts';
import { systemClock } from '../process/system-clock.ts';

export interface ClientAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

const TOKEN_SECONDS = 3600;
/** A token is used until this long before its end. */
const TOKEN_MARGIN_MS = 60_000;

/** Asks for one when the last one nears its end. Rejects with `not-found`, saying what to do, where there is no such account. */
export function clientToken(client: KubeClient, account: ClientAccount): (signal: AbortSignal) => Promise<string> {
  let current: { readonly token: string; readonly expiresAtMs: number } | null = null;
  return async (signal) => {
    if (current !== null && current.expiresAtMs - TOKEN_MARGIN_MS > systemClock.nowMs()) return current.token;
    const wanted = { ...account, audience: FRONTEND_AUDIENCE, expirationSeconds: TOKEN_SECONDS };
    current = await requestToken(client, wanted, signal).catch((thrown: unknown) => {
      throw isFault(thrown, 'not-found') ? noAccount(account, thrown) : thrown;
    });
    return current.token;
  };
}

function noAccount({ namespace, serviceAccount: name }: ClientAccount, cause: unknown): OperatorError {
  const bind = (right: string): string =>
    `kubectl create rolebinding ${name}-${right} -n ${namespace} --clusterrole mcpsession-${right} --serviceaccount ${namespace}:${name}`;
  const lines = [
    `no ServiceAccount "${name}" in namespace "${namespace}", as which commands reach sessions there; make it and give it its rights:`,
    `  kubectl create serviceaccount ${name} -n ${namespace}`,
    `  ${bind('edit')}`,
    `  ${bind('exec')}`,
    'or name another one with --service-account (see examples/rbac/client.yaml)',
  ];
  return new OperatorError('not-found', lines.join('\n'), { cause });
}
