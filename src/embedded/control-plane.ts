// A control plane of one's own on this machine: etcd and kube-apiserver as child processes on 127.0.0.1, their data, keys
// and logs in one private directory that the next start uses again. The processes never outlive this one.

import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';

import { OperatorError } from '../lib/errors.ts';
import type { DirLock } from '../process/locked-dir.ts';
import type { ControlPlaneBinaries } from './obtain-control-plane.ts';
import { kubeconfigText } from './server/kubeconfig.ts';
import { endLeftovers } from './server/leftovers.ts';
import { type ClientIdentity, ensurePki, type Pki } from './server/pki.ts';
import { writePrivateFile } from './server/private-file.ts';
import type { ChildExit } from './server/start-child.ts';
import { endServers, type RunningServers, startServers } from './server/start-servers.ts';
import { lockControlPlaneDir } from './state-dir.ts';

export interface ControlPlaneOptions {
  readonly binaries: Pick<ControlPlaneBinaries, 'etcd' | 'kubeApiserver' | 'kubectl'>;
  /** Created with mode 0700; holds everything that lasts. One control plane at a time may use it. */
  readonly stateDir: string;
  /** Of the API server on 127.0.0.1; by default that of the last run if it is free, else any free one. */
  readonly port?: number;
  /** Such as an audit policy; they win over our own. */
  readonly extraApiServerArgs?: readonly string[];
  /** Of the caller: GOGC and GOMEMLIMIT in it are for both servers, anything else is not. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface ControlPlane {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  /** Of a member of system:masters; mode 0600. */
  readonly kubeconfigPath: string;
  readonly kubectlPath: string;
  /** For KUBECACHEDIR: kubectl's shared cache would mix up control planes that come and go on one port. */
  readonly kubectlCacheDir: string;
  readonly pids: { readonly etcd: number; readonly kubeApiserver: number };
  /** Writes a kubeconfig with a new client certificate, valid for a year, and gives its path; mode 0600. */
  kubeconfigFor(identity: ClientIdentity): Promise<string>;
  /** Ends both processes, 1.2 s as a rule, 2.3 s at most; the data stays. May be called more than once. */
  stop(): Promise<void>;
  /** Resolves when one of the two ends unasked; call stop() then. Never settles otherwise. */
  readonly exited: Promise<ChildExit>;
}

/**
 * Resolves when the API server is ready, after 2 to 3 s as a rule. Processes that a killed run left on the same directory
 * are ended first. Throws OperatorError: 'conflict' while the directory or the port is in use, 'unavailable' with the end
 * of the log when a process ends early, 'timeout', or 'cancelled'; then nothing is left running. The signal ends the
 * start only: what has started is ended by stop().
 */
export async function startControlPlane(options: ControlPlaneOptions, signal: AbortSignal): Promise<ControlPlane> {
  const stateDir = resolve(options.stateDir);
  const lock = await lockControlPlaneDir(stateDir);
  try {
    return await startLocked({ ...options, stateDir }, lock, signal);
  } catch (cause) {
    lock.release();
    if (signal.aborted) throw new OperatorError('cancelled', 'starting the control plane was cancelled', { cause });
    throw cause;
  }
}

async function startLocked(options: ControlPlaneOptions, lock: DirLock, signal: AbortSignal): Promise<ControlPlane> {
  const { binaries, stateDir, log = () => {} } = options;
  const startMs = performance.now();
  const leftovers = await endLeftovers(stateDir);
  if (leftovers.length > 0) log('ended processes of an earlier run', { stateDir, pids: leftovers });
  const pki = await ensurePki(`${stateDir}/pki`, Date.now());
  const kubectlCacheDir = `${stateDir}/kubectl-cache`;
  await rm(kubectlCacheDir, { recursive: true, force: true }); // what it holds may be older than the stored CRDs

  const servers = await startServers(
    {
      etcdPath: binaries.etcd,
      apiServerPath: binaries.kubeApiserver,
      stateDir,
      pki,
      port: options.port ?? null,
      extraApiServerArgs: options.extraApiServerArgs ?? [],
      environment: options.environment ?? {},
    },
    signal,
  );
  const url = `https://127.0.0.1:${servers.port}`;
  const kubeconfigPath = `${stateDir}/admin.kubeconfig`;
  await writePrivateFile(kubeconfigPath, kubeconfigText({ url, caPem: pki.caPem, user: 'admin', client: pki.admin }));
  log('control plane is ready', { url, stateDir, tookMs: Math.round(performance.now() - startMs) });
  return {
    url,
    port: servers.port,
    caPem: pki.caPem,
    kubeconfigPath,
    kubectlPath: binaries.kubectl,
    kubectlCacheDir,
    pids: { etcd: servers.etcd.identity.pid, kubeApiserver: servers.apiServer.identity.pid },
    kubeconfigFor: (identity) => writeUserKubeconfig({ url, pki, stateDir }, identity),
    ...lifeOf(servers, { stateDir, lock, log }),
  };
}

interface Holding {
  readonly stateDir: string;
  readonly lock: DirLock;
  readonly log: NonNullable<ControlPlaneOptions['log']>;
}

function lifeOf(servers: RunningServers, { stateDir, lock, log }: Holding): Pick<ControlPlane, 'stop' | 'exited'> {
  let stopping: Promise<void> | null = null;
  const exited = new Promise<ChildExit>((resolve) => {
    for (const child of [servers.etcd, servers.apiServer]) {
      void child.exited.then((exit) => {
        if (stopping === null) resolve(exit);
      });
    }
  });
  const stopOnce = async (): Promise<void> => {
    const startMs = performance.now();
    await endServers(stateDir, servers);
    lock.release();
    log('control plane has ended', { stateDir, tookMs: Math.round(performance.now() - startMs) });
  };
  return { exited, stop: () => (stopping ??= stopOnce()) };
}

interface KubeconfigPlace {
  readonly url: string;
  readonly pki: Pki;
  readonly stateDir: string;
}

async function writeUserKubeconfig({ url, pki, stateDir }: KubeconfigPlace, identity: ClientIdentity): Promise<string> {
  const dir = `${stateDir}/users`;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  // User names hold colons and slashes; a hash keeps two that are cleaned to the same text apart.
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8);
  const path = `${dir}/${identity.user.replaceAll(/[^A-Za-z0-9._-]/g, '_')}-${hash}.kubeconfig`;
  const client = await pki.issueClient(identity, Date.now());
  await writePrivateFile(path, kubeconfigText({ url, caPem: pki.caPem, user: identity.user, client }));
  return path;
}
