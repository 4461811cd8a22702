// One API client per role, each as its own account, and the front end's token for node APIs.

import { mkdir, readFile } from 'node:fs/promises';
import { createKubeClient, type KubeClient } from '../../kube/kube-client.ts';
import { NODE_AUDIENCE, SERVICE_ACCOUNTS, SYSTEM_NAMESPACE } from '../../model/names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { keepTokenFile, kubeconfigWithToken, type TokenFileOptions, writeTokenFile } from '../role-identity.ts';

export type Role = keyof typeof SERVICE_ACCOUNTS;

export interface RoleClients {
  readonly of: Readonly<Record<Role, KubeClient>>;
  /** The front end's own token for audience NODE_AUDIENCE. */
  readonly nodeToken: () => Promise<string>;
  /** Renews all tokens until `signal` aborts. */
  keep(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export async function openRoleClients(
  options: {
    readonly admin: KubeClient;
    readonly kubeconfigPath: string;
    readonly dir: string;
    readonly version: string;
    readonly clock: Clock;
    readonly log: Log;
  },
  signal: AbortSignal,
): Promise<RoleClients> {
  const { admin, kubeconfigPath, dir, version, clock, log } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const tokenFile = (serviceAccount: string, audience: string | null): TokenFileOptions => ({
    client: admin,
    namespace: SYSTEM_NAMESPACE,
    serviceAccount,
    audience,
    file: `${dir}/${serviceAccount}${audience === null ? '' : `-${audience}`}`,
    clock,
    log,
  });
  const roles = Object.entries(SERVICE_ACCOUNTS) as [Role, string][]; // keys of a constant
  const nodeToken = tokenFile(SERVICE_ACCOUNTS.frontend, NODE_AUDIENCE);
  const files = [...roles.map(([, account]) => tokenFile(account, null)), nodeToken];
  await Promise.all(files.map((file) => writeTokenFile(file, signal)));

  const clientOf = (account: string): KubeClient =>
    createKubeClient({
      kubeconfig: kubeconfigWithToken({ path: kubeconfigPath }, tokenFile(account, null).file),
      userAgent: `${account}/${version}`,
    });
  const of = Object.fromEntries(roles.map(([role, account]) => [role, clientOf(account)])) as Record<Role, KubeClient>; // one per role
  return {
    of,
    nodeToken: () => readFile(nodeToken.file, 'utf8'),
    keep: async (running) => {
      await Promise.all(files.map((file) => keepTokenFile(file, running)));
    },
    async close() {
      await Promise.all(Object.values(of).map((client) => client.close()));
    },
  };
}
