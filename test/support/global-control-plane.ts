// vitest globalSetup: starts the control plane that all integration tests of a run share, with our CRDs installed.

import type { TestProject } from 'vitest/node';

import { installCrds } from '../../src/kube/install.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { nodeCrd, sessionCrd } from '../../src/model/crd.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { startTestApiServer } from './start-api-server.ts';

/** Starts it and tells the workers; the result is the teardown. */
export default async function setupControlPlane(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestApiServer();
  const { url, kubeconfigPath, kubectlPath, kubectlCacheDir } = server;
  const client = createKubeClient({ kubeconfig: { path: kubeconfigPath }, userAgent: 'mcpsession-test' });
  await installCrds(client, [sessionCrd(), nodeCrd()], systemClock, new AbortController().signal);
  await client.close();
  project.provide('apiServer', { url, kubeconfigPath, kubectlPath, kubectlCacheDir });
  return () => server.stop();
}
