// The baseline of goal 18: the pages are asked for and parsed, and nothing else is done with them.

import { KubeConfig } from '@kubernetes/client-node';

import { SESSIONS } from '../../../../src/kube/api-paths.ts';
import { createKubeClient } from '../../../../src/kube/kube-client.ts';
import { listObjects } from '../../../../src/kube/list-objects.ts';
import type { Subject } from '../protocol.ts';

export function openPages(url: string): Subject {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromClusterAndUser({ name: 'replay', server: url, skipTLSVerify: true }, { name: 'nobody' });
  const client = createKubeClient({ kubeconfig, userAgent: 'bench' });
  const { signal } = new AbortController();
  return {
    list: async () => void (await listObjects(client, { resource: SESSIONS, namespace: null }, () => {}, signal)),
  };
}
