// The baseline of goal 15: all sessions as the informer of client-node keeps them, which is whole.

import { CustomObjectsApi, KubeConfig, makeInformer } from '@kubernetes/client-node';

import { SESSIONS, collectionPath } from '../../../../src/kube/api-paths.ts';
import type { Subject } from '../protocol.ts';

export function openInformer(url: string): Subject {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromClusterAndUser({ name: 'replay', server: url, skipTLSVerify: true }, { name: 'nobody' });
  const api = kubeconfig.makeApiClient(CustomObjectsApi);
  const { group, version, plural } = SESSIONS;
  const informer = makeInformer(kubeconfig, collectionPath(SESSIONS, null), () =>
    api.listCustomObjectForAllNamespaces({ group, version, resourcePlural: plural }),
  );
  return { list: () => informer.start() };
}
