// The cluster that `up` works with: its own control plane, or the one of a kubeconfig.

import { existsSync } from 'node:fs';
import { startControlPlane } from '../../embedded/control-plane.ts';
import { obtainControlPlane } from '../../embedded/obtain-control-plane.ts';
import { progressText } from '../../embedded/binaries/obtain-progress.ts';
import { controlPlaneCacheDir, OFFICIAL_RELEASE_SITES, releaseArchitecture } from '../../embedded/binaries/release.ts';
import { createKubeClient, type KubeClient } from '../../kube/kube-client.ts';
import { OperatorError } from '../../lib/errors.ts';
import type { Log } from '../../ports/log.ts';
import { cacheHome, CONTROL_PLANE_SOURCES, type Environment, statePaths } from './paths.ts';

export interface Cluster {
  readonly kubeconfigPath: string;
  readonly kubectlPath: string;
  /** For KUBECACHEDIR; null where kubectl's own is right. */
  readonly kubectlCacheDir: string | null;
  /** With the rights of whoever runs `up`. */
  readonly client: KubeClient;
  /** Resolves, with a sentence, when the control plane ends by itself; never for a cluster that is not ours. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  readonly kubeconfig: string | null;
  readonly stateDir: string;
  readonly advertiseAddress: string;
  readonly environment: Environment;
  readonly home: string;
  readonly userAgent: string;
  readonly log: Log;
  /** A line for the person who waits. */
  readonly say: (line: string) => void;
}

export function openCluster(options: ClusterOptions, signal: AbortSignal): Promise<Cluster> {
  return options.kubeconfig === null ? ownControlPlane(options, signal) : givenCluster(options, options.kubeconfig);
}

async function givenCluster(options: ClusterOptions, kubeconfig: string): Promise<Cluster> {
  const client = createKubeClient({ kubeconfig: { path: kubeconfig }, userAgent: options.userAgent });
  const host = new URL(client.url).hostname;
  const loopback = (address: string) => address === 'localhost' || address === '[::1]' || address.startsWith('127.');
  if (!loopback(host) && loopback(options.advertiseAddress)) {
    await client.close();
    throw new OperatorError(
      'invalid',
      `the API server ${client.url} cannot reach the webhook at ${options.advertiseAddress}; pass --advertise-address with an address of this machine that it can reach`,
    );
  }
  return {
    kubeconfigPath: kubeconfig,
    kubectlPath: 'kubectl',
    kubectlCacheDir: null,
    client,
    failed: new Promise(() => {}),
    stop: () => client.close(),
  };
}

async function ownControlPlane(options: ClusterOptions, signal: AbortSignal): Promise<Cluster> {
  const { environment, home, log, say } = options;
  const architecture = releaseArchitecture(process.arch);
  const binaries = await obtainControlPlane(
    {
      assetsDir: environment['KUBEBUILDER_ASSETS'] ?? null,
      cacheDir: controlPlaneCacheDir(cacheHome(environment, home), architecture),
      architecture,
      releaseSites: environment['MCPSESSION_OFFLINE'] === '1' ? null : OFFICIAL_RELEASE_SITES,
      sourceDir: CONTROL_PLANE_SOURCES.find((dir) => existsSync(`${dir}/go.mod`)) ?? null,
      environment,
      onProgress: (progress) => say(progressText(progress)),
    },
    signal,
  );
  const controlPlane = await startControlPlane(
    {
      binaries,
      stateDir: statePaths(options.stateDir).controlPlane,
      environment,
      log: (message) => log.info('control plane', { said: message }),
    },
    signal,
  );
  const client = createKubeClient({ kubeconfig: { path: controlPlane.kubeconfigPath }, userAgent: options.userAgent });
  return {
    kubeconfigPath: controlPlane.kubeconfigPath,
    kubectlPath: controlPlane.kubectlPath,
    kubectlCacheDir: controlPlane.kubectlCacheDir,
    client,
    failed: controlPlane.exited.then(
      ({ program, code, signal: by }) =>
        `${program} ended by itself (${by ?? `exit code ${code}`}); see its log below ${options.stateDir}`,
    ),
    async stop() {
      await client.close();
      await controlPlane.stop();
    },
  };
}
